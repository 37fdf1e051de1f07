"""Nobody gets more mails in an hour than the settings allow: what goes beyond comes as one, and a flood is one from the start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import update

from inboxsla.domain.speech import English
from inboxsla.services import mail_rules, notices, queries, settle
from inboxsla.storage import tickets
from inboxsla.storage.database import Database
from inboxsla.storage.schema import outbox
from inboxsla.storage.schema import tickets as table
from tests.builders import ANA, CLAIRE, JONAS, KOFI, Desk, a_desk, settings

LONG = {"first_response": "12h"}
Opens = Callable[..., Desk]


@pytest.fixture
def opens(sqlite_database: Database) -> Iterator[Opens]:
    """Opens a desk with settings of its own; reminders of its promises come at 9 h and at 10 h 48 min."""
    with ExitStack() as stack:
        yield lambda **chosen: stack.enter_context(a_desk(sqlite_database, settings(**{"policy": LONG, **chosen})))


def anas(desk: Desk, subject: str) -> str:
    found = desk.writes(KOFI, subject=subject).thread_id
    desk.sync()
    desk.owned_by(found, ANA)
    return found


def text(mail: EmailMessage) -> str:
    shown = mail.get_body(("plain",))
    assert shown is not None
    return " ".join(shown.get_content().split())


def lamps(desk: Desk, count: int, minutes: int) -> list[str]:
    """Tickets of Ana's that come one by one, and so fall due one by one."""
    found = []
    for nth in range(count):
        found.append(anas(desk, f"Lamp {nth} flickers"))
        desk.clock.forward(minutes=minutes)
    return found


def wake_some(desk: Desk, most: int) -> int:
    """Settle a few of those that are due, like one of many workers; how many that were."""
    with desk.database.write() as conn:
        due = [ticket_id for ticket_id, _ in tickets.claim_due(conn, desk.clock(), most)]
    settle.wake(desk.ports, due)
    return len(due)


def test_what_goes_beyond_the_cap_comes_as_one_mail_that_says_so(opens: Opens) -> None:
    """C43: nobody gets a storm of mails."""
    desk = opens(notify={"cap_per_hour": 2, "merge_within": "never"})
    threads = lamps(desk, 5, minutes=5)
    desk.clock.forward(hours=9, minutes=-25)
    for _ in range(5):
        desk.later(minutes=5)
    assert desk.mailed() == [ANA, ANA]
    ahead = queries.ticket(desk.ports, desk.ticket(threads[3]).id, English("Europe/Berlin")).planned
    waits = [(one.what.replace("\u00a0", " "), one.so) for one in ahead if one.icon == "wait"]
    assert waits == [
        ("Reminder waits until 20:53 CET: Ana Ruiz got enough mails within the hour", "75 % of first response")
    ]

    desk.later(minutes=41)

    assert desk.mailed() == [ANA, ANA, ANA]
    summary = text(desk.mails()[-1])
    assert all(f"Lamp {nth} flickers" in summary for nth in (3, 4))
    assert "Collected since 20:03 CET, because you get only so many mails in an hour." in summary


def test_what_was_answered_while_it_waited_is_not_in_it(opens: Opens) -> None:
    desk = opens(notify={"cap_per_hour": 1, "merge_within": "never"})
    threads = lamps(desk, 3, minutes=5)
    desk.clock.forward(hours=9, minutes=-15)
    for _ in range(3):
        desk.later(minutes=5)
    desk.answers(threads[1])
    desk.later(hours=1)

    last = text(desk.mails()[-1])
    assert "Lamp 1 flickers" not in last
    assert "Lamp 2 flickers" in last


def test_an_overdue_ticket_finds_room_that_reminders_leave_and_takes_along_what_waits(opens: Opens) -> None:
    ladder = [{"at": 75, "do": ["remind_owner"]}, {"at": 100, "do": ["notify_owner"]}]
    desk = opens(notify={"cap_per_hour": 4, "merge_within": "never"}, policy={**LONG, "ladder": ladder})
    anas(desk, "Late already")
    desk.clock.forward(hours=2, minutes=30)
    lamps(desk, 5, minutes=5)
    desk.clock.forward(hours=6, minutes=5)
    desk.later(minutes=1)
    desk.later(hours=1, minutes=48)
    desk.clock.forward(minutes=41)
    for _ in range(4):
        desk.later(minutes=5)
    before = len(desk.mails())
    # The lamps filled what reminders may have of the hour, and the last of them waits.
    assert desk.outbox()["owed"] == 1

    desk.later(minutes=11)

    mail = next(mail for mail in desk.mails()[before:] if mail["To"].addresses[0].addr_spec == ANA)
    assert "Late already" in text(mail)
    assert "Lamp 4 flickers" in text(mail)
    assert desk.outbox()["owed"] == 0


def test_people_do_not_wait_for_one_another(opens: Opens) -> None:
    desk = opens(notify={"cap_per_hour": 1, "merge_within": "never"}, assignment={"strategy": "manual"})
    for owner in (ANA, ANA, JONAS):
        thread = desk.writes(subject=f"For {owner}").thread_id
        desk.sync()
        desk.owned_by(thread, owner)
        desk.clock.forward(minutes=5)
    desk.clock.forward(hours=9, minutes=-15)
    for _ in range(3):
        desk.later(minutes=5)

    assert desk.mailed() == [ANA, JONAS]


def test_a_flood_is_one_mail_to_each_however_many_tickets_come_due(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C43: on Monday at nine everything comes due at once."""
    monkeypatch.setattr(notices, "_FLOOD", 3)
    threads = [one_desk.writes(KOFI, subject=f"Lamp {nth} flickers").thread_id for nth in range(12)]
    one_desk.sync()
    for thread in threads:
        one_desk.owned_by(thread, ANA)
    one_desk.clock.forward(hours=4)

    while wake_some(one_desk, 7):
        one_desk.deliver()
    one_desk.deliver()

    assert Counter(one_desk.mailed())[ANA] == 1
    assert Counter(one_desk.mailed())[CLAIRE] == 1
    assert "12 tickets" in one_desk.mails()[0]["Subject"]


def test_what_waited_for_duty_over_the_weekend_is_told_with_the_flood_of_monday(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_FLOOD", 3)
    held = anas(one_desk, "Since Friday")
    one_desk.clock.forward(hours=3)
    one_desk.wake()
    with one_desk.database.write() as conn:
        waits = {"not_before": one_desk.clock() + timedelta(hours=1)}
        conn.execute(update(outbox).where(outbox.c.ticket_id == one_desk.ticket(held).id).values(**waits))
    one_desk.clock.forward(hours=-2)
    for nth in range(4):
        anas(one_desk, f"Lamp {nth} flickers")
    one_desk.clock.forward(hours=3)

    wake_some(one_desk, 2)
    one_desk.deliver()
    assert one_desk.mailed() == []

    while wake_some(one_desk, 2):
        one_desk.deliver()
    one_desk.deliver()
    assert Counter(one_desk.mailed())[ANA] == 1


def test_tickets_that_cannot_be_settled_do_not_hold_the_mails_of_others(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_FLOOD", 1)
    anas(one_desk, "Lamp flickers")
    one_desk.clock.forward(hours=1)
    stuck = one_desk.writes(subject="Stuck").thread_id
    one_desk.sync()
    one_desk.clock.forward(hours=2)
    one_desk.wake()
    with one_desk.database.write() as conn:
        due = {"wake_at": one_desk.clock(), "ring_at": one_desk.clock()}
        conn.execute(update(table).where(table.c.thread_id == stuck).values(**due))
    one_desk.deliver()
    assert one_desk.mailed() == []

    one_desk.clock.forward(minutes=2)
    one_desk.deliver()
    assert one_desk.mailed() == [ANA]


def test_settings_of_the_file_are_where_the_rules_begin(opens: Opens) -> None:
    desk = opens(notify={"cap_per_hour": 7, "merge_within": "never", "digest": False})
    with desk.database.read() as conn:
        rules = mail_rules.of(conn, desk.ports.settings)
    assert (rules.cap_per_hour, rules.merge_within.total_seconds(), rules.digest) == (7, 0, False)
