"""The audit: what it counts, and that a person can check it with a pencil."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.domain.audit import Audit, Promise, percentile
from inboxsla.domain.timeline import Event, Kind, Metric
from inboxsla.errors import Refused
from inboxsla.services import auditing, settle, setup
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.services.mailbox_files import ANA, KOFI, LATER, SUPPORT, Mail, imported, ports, rows, written

HOUR = timedelta(hours=1)


def conversation(number: int, *, asked: float, answered: float | None = None) -> list[Mail]:
    """A customer of their own asks; Ana answers, or does not. In hours after Monday 09:00."""
    customer = f"kofi{number}@customer.example"
    asks = Mail(f"q{number}", customer, SUPPORT, asked, f"Lamp {number}")
    if answered is None:
        return [asks]
    return [asks, Mail(f"a{number}", ANA, customer, answered, f"Re: Lamp {number}", answers=f"q{number}")]


def audited(port: Ports, folder: Path, *mails: Mail) -> Audit:
    imported(port, written(folder / "a.mbox", *mails))
    (audit,) = auditing.audits(port, SUPPORT)
    return audit


def promise(audit: Audit, metric: Metric) -> Promise:
    return next(each for each in audit.promises if each.metric is metric)


def test_first_responses_are_measured_in_business_time(database: Database, tmp_path: Path) -> None:
    mails = [
        *conversation(1, asked=0, answered=1),  # Monday 09:00 to 10:00
        *conversation(2, asked=0, answered=3),
        *conversation(3, asked=7, answered=25),  # Monday 16:00 to Tuesday 10:00: two hours of office
        *conversation(4, asked=24, answered=31),  # Tuesday 09:00 to 16:00: seven hours, three too many
        *conversation(5, asked=24),  # never answered: waits from Tuesday 09:00
        *conversation(6, asked=31.5),  # Tuesday 16:30, the newest message
    ]
    audit = audited(ports(database, tmp_path), tmp_path, *mails)
    first = audit.first_response
    assert (first.answered, first.p50, first.p90, first.waiting) == (4, 2 * HOUR, 7 * HOUR, 2)
    kept = promise(audit, Metric.FIRST_RESPONSE)
    # Number five has waited seven and a half hours of the four it was promised.
    assert (kept.met, kept.missed, kept.running, kept.paused, kept.closed_without_reply) == (3, 2, 1, 0, 0)
    assert kept.kept == pytest.approx(3 / 5)
    assert kept.late_p50 == 3 * HOUR
    assert (audit.tickets, audit.open, audit.solved) == (6, 6, 0)
    assert audit.as_of == mails[-1].at
    assert audit.policies == ("Default, version 1",)
    assert dict(audit.messages) == {"human": 10}


def test_what_the_team_wrote_only_to_a_list_is_no_answer_and_is_said(sqlite_database: Database, tmp_path: Path) -> None:
    asks = Mail("q1", KOFI, "riders@lists.example", 0, "Lamp")
    says = Mail("a1", ANA, "riders@lists.example", 1, "Re: Lamp", answers="q1")
    audit = audited(ports(sqlite_database, tmp_path), tmp_path, asks, says, *conversation(2, asked=0, answered=1))
    assert (audit.first_response.answered, audit.first_response.waiting, audit.first_response.astray) == (1, 1, 1)


def test_waiting_for_the_customer_pauses_the_resolution(sqlite_database: Database, tmp_path: Path) -> None:
    audit = audited(ports(sqlite_database, tmp_path), tmp_path, *conversation(1, asked=0, answered=1))
    resolution = promise(audit, Metric.RESOLUTION)
    assert (resolution.paused, resolution.running, resolution.kept) == (1, 0, None)


def test_archived_without_an_answer_is_neither_kept_nor_missed(sqlite_database: Database, tmp_path: Path) -> None:
    archived = replace(conversation(1, asked=0)[0], headers=("X-GM-THRID: 5", "X-Gmail-Labels: Archived"))
    audit = audited(ports(sqlite_database, tmp_path), tmp_path, archived, *conversation(2, asked=3))
    first = promise(audit, Metric.FIRST_RESPONSE)
    assert (first.closed_without_reply, first.met, first.missed, first.running, first.kept) == (1, 0, 0, 1, None)
    assert (audit.open, audit.solved, audit.first_response.answered) == (1, 1, 0)


def test_messages_kept_aside_are_counted(sqlite_database: Database, tmp_path: Path) -> None:
    draft = Mail("d", headers=("X-Gmail-Labels: Drafts",))
    audit = audited(ports(sqlite_database, tmp_path), tmp_path, *conversation(1, asked=0), draft)
    assert (audit.kept_aside, sum(audit.messages.values())) == (1, 1)


def test_what_was_moved_to_spam_is_not_in_the_figures(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path)
    asks = conversation(1, asked=0)[0]
    assert audited(port, tmp_path, asks).tickets == 1
    (ticket,) = rows(sqlite_database, "tickets")
    settle.settle(port, ticket["id"], [Event(Kind.REMOVED, asks.at, "removed:1", data={"to": "spam"})])
    (audit,) = auditing.audits(port)
    assert (audit.tickets, audit.first_response.waiting) == (0, 0)


def test_an_empty_mailbox_has_an_audit_of_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    audit = audited(ports(sqlite_database, tmp_path), tmp_path)
    assert (audit.tickets, audit.began_at, audit.as_of) == (0, None, LATER)
    assert {each.kept for each in audit.promises} == {None}
    assert (audit.first_response.p50, audit.first_response.p90) == (None, None)


def test_every_mailbox_has_its_own_audit(sqlite_database: Database, tmp_path: Path) -> None:
    port = ports(sqlite_database, tmp_path, mailboxes=[{"address": "repairs@lumenvelo.example"}])
    setup.prepare(port)
    imported(port, written(tmp_path / "a.mbox", *conversation(1, asked=0)))
    found = auditing.audits(port)
    assert [(audit.mailbox, audit.kind, audit.tickets) for audit in found] == [
        ("repairs@lumenvelo.example", "gmail", 0),
        (SUPPORT, "import", 1),
    ]
    with pytest.raises(Refused, match="repairs@lumenvelo.example, support@lumenvelo.example"):
        auditing.audits(port, KOFI)


def test_a_percentile_is_one_of_the_values_by_nearest_rank() -> None:
    ten = [n * HOUR for n in range(1, 11)]
    assert (percentile(ten, 50), percentile(ten, 90), percentile(ten, 100), percentile(ten, 1)) == (
        5 * HOUR,
        9 * HOUR,
        10 * HOUR,
        HOUR,
    )
    assert percentile([], 50) is None


@given(values=st.lists(st.timedeltas(timedelta(0), timedelta(days=99)), min_size=1), percent=st.integers(1, 100))
def test_so_many_in_a_hundred_are_at_most_the_percentile_and_it_is_the_smallest_such(
    values: list[timedelta], percent: int
) -> None:
    found = percentile(sorted(values), percent)
    assert found in values
    needed = ceil(percent * len(values) / 100)
    assert sum(1 for each in values if found is not None and each <= found) >= needed
    assert sum(1 for each in values if found is not None and each < found) < needed


@given(
    stories=st.lists(st.tuples(st.floats(0, 400), st.one_of(st.none(), st.floats(0.01, 400))), min_size=1, max_size=6)
)
@settings(max_examples=25)
def test_every_first_response_is_counted_exactly_once(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, stories: list[tuple[float, float | None]]
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    (folder / "a.db").write_bytes(migrated_file.read_bytes())
    database = Database(f"sqlite:///{folder}/a.db")
    mails = [
        mail
        for number, (asked, after) in enumerate(stories)
        for mail in conversation(number, asked=asked, answered=None if after is None else asked + after)
    ]
    audit = audited(ports(database, folder), folder, *mails)
    database.close()
    first = promise(audit, Metric.FIRST_RESPONSE)
    assert first.met + first.missed + first.running + first.paused + first.closed_without_reply == len(stories)
    assert audit.first_response.answered == sum(1 for _, after in stories if after is not None)
    assert audit.first_response.waiting == len(stories) - audit.first_response.answered
