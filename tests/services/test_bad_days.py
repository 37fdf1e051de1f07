"""Bad days at Gmail: whatever goes wrong on the way, the same tickets, labels and mails come out as on a good day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.google import GoogleMailbox
from inboxsla.gmail.simulator import Fault
from inboxsla.services import queries
from inboxsla.storage import mailboxes
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, KOFI, SUPPORT, ZOFIA, Desk, a_desk, settings

STAFF = [{"address": ANA, "name": "Ana Ruiz"}, {"address": CLAIRE, "name": "Claire Dubois", "role": "lead"}]
READS = ("history.list", "messages.get", "threads.get")


def status(code: int, **more: Any) -> list[Fault]:
    return [Fault("status", code=code, times=2, **more)]


BAD_DAYS: dict[str, list[Fault]] = {
    "429 with Retry-After": status(429, retry_after=20),
    "429 without": status(429),
    "429 with the time in its text": status(
        429, reason="rateLimitExceeded", message="User-rate limit exceeded. Retry after 2026-11-24T09:50:00Z"
    ),
    "403 rateLimitExceeded": status(403, reason="rateLimitExceeded"),
    "403 userRateLimitExceeded": status(403, reason="userRateLimitExceeded"),
    "403 quotaExceeded": status(403, reason="quotaExceeded"),
    "500": status(500),
    "502": status(502),
    "503 with Retry-After": status(503, retry_after=10),
    "504": status(504),
    "cut before it was applied": [Fault("drop_before", times=2)],
    "cut after it was applied": [Fault("drop_after", times=2)],
    "half an answer": [Fault("truncated", times=2)],
    "slower than we wait": [Fault("latency", method, seconds=0.7) for method in READS],
    "a token that has expired": status(401)[:1],
    "history expires": [Fault("expire_history", "history.list")],
    "an unknown page of history": [Fault("status", "history.list", code=404)],
}


@contextmanager
def refreshing(database: Database) -> Iterator[Desk]:
    """A desk whose client can renew its token, and waits for an answer half a second."""
    with a_desk(database, settings(people=STAFF)) as desk:
        credentials: Any = Credentials(  # type: ignore[no-untyped-call]  # google-auth has no types
            SUPPORT, refresh_token=SUPPORT, token_uri=f"{desk.server.url}/token", client_id="c", client_secret="s"
        )
        with closing(GoogleMailbox(credentials, api_root=desk.server.url, timeout=0.5)) as gmail:
            desk.ports = replace(desk.ports, mailbox=lambda address: gmail)
            yield desk


def a_day(desk: Desk, trouble: Callable[[int], None]) -> dict[str, Any]:
    """Mail, answers, moves and reminders; `trouble` comes before each stage. Returns what there is in the end."""
    lamp, order = (desk.writes(ZOFIA, subject=subject).thread_id for subject in ("Lamp flickers", "Order 1191"))
    trouble(0)
    settle(desk)
    late = desk.writes(KOFI, subject="Invoice").thread_id
    desk.writes_again(lamp, ZOFIA)
    trouble(1)
    settle(desk)
    desk.answers(order, ANA)
    desk.store.trash(SUPPORT, late)
    trouble(2)
    settle(desk)
    desk.store.restore(SUPPORT, late)
    desk.archives(order)
    trouble(3)
    settle(desk)
    desk.clock.forward(hours=3)
    trouble(4)
    settle(desk)
    desk.faults.clear()
    settle(desk)
    settle(desk)
    return {
        "tickets": {
            name: (desk.ticket(thread).status, desk.ticket(thread).urgency, happened(desk, thread), desk.labels(thread))
            for name, thread in (("lamp", lamp), ("order", order), ("late", late))
        },
        "count": desk.count(),
        "mails": Counter((str(mail["To"]), str(mail["Subject"])) for mail in desk.mails()),
        "aside": [aside.source for aside in queries.kept_aside(desk.ports)],
        "trouble": desk.mailbox.sync_error,
    }


def happened(desk: Desk, thread: str) -> list[Kind]:
    """What people did. When a ticket was handed out depends on when it was learned of."""
    return [kind for kind in desk.kinds(thread) if kind is not Kind.ASSIGNED]


def settle(desk: Desk) -> None:
    """Some minutes pass, and some more while Gmail does not answer."""
    for count in range(20):
        desk.later(minutes=1.1)
        if count >= 2 and desk.mailbox.sync_error is None:
            return


@pytest.fixture(scope="module")
def good_day(migrated_file: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("good") / "inboxsla.db"
    file.write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{file}")
    with refreshing(database) as desk:
        found = a_day(desk, lambda stage: None)
    database.close()
    return found


def test_a_good_day_is_worth_comparing_with(good_day: dict[str, Any]) -> None:
    assert good_day["count"] == 3
    assert good_day["mails"]
    assert good_day["aside"] == []
    assert {status for status, *_ in good_day["tickets"].values()} == {"open", "solved"}


@pytest.mark.parametrize("name", BAD_DAYS)
def test_after_a_bad_day_everything_is_as_after_a_good_one(
    sqlite_database: Database, good_day: dict[str, Any], name: str
) -> None:
    def trouble(stage: int) -> None:
        for fault in BAD_DAYS[name]:
            desk.faults.plan(replace(fault, after=stage))

    with refreshing(sqlite_database) as desk:
        assert a_day(desk, trouble) == good_day


def test_after_access_was_revoked_in_the_middle_and_given_back_nothing_is_missing(
    sqlite_database: Database, good_day: dict[str, Any]
) -> None:
    def trouble(stage: int) -> None:
        if stage == 2:
            desk.store.revoke(SUPPORT)
            settle(desk)
            assert desk.mailbox.access_lost_at is not None
            desk.store.revoke(SUPPORT, revoked=False)
            with desk.database.write() as conn:
                mailboxes.change(conn, desk.id, access_lost_at=None, sync_error=None)

    with refreshing(sqlite_database) as desk:
        found = a_day(desk, trouble)
        assert {**found, "mails": +found["mails"]} == good_day


def test_a_message_that_goes_while_its_page_is_read_is_no_trouble_for_its_neighbours(one_desk: Desk) -> None:
    one_desk.sync()
    first, second, third = (one_desk.writes(subject=f"Lamp {n} flickers") for n in range(3))
    one_desk.store.delete(SUPPORT, second.message_id)
    one_desk.sync()
    assert [one_desk.find(each.thread_id) is not None for each in (first, second, third)] == [True, False, True]
    assert one_desk.mailbox.sync_error is None
