"""Reminders, misses and hand-overs: who is told what, when, and how seldom."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from inboxsla.domain.policy import Do
from inboxsla.domain.timeline import Kind
from inboxsla.storage.database import Database
from inboxsla.storage.schema import outbox, people
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, ZOFIA, Desk, NobodyRings, a_desk
from tests.services.conftest import Opens


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail that Ana owns."""
    return anas(desk)


def anas(desk: Desk, **mail: Any) -> str:
    found = desk.writes(**mail).thread_id
    desk.sync()
    desk.owned_by(found, ANA)
    return found


def test_at_75_and_90_percent_the_owner_gets_a_mail(desk: Desk, thread: str) -> None:
    """C62: reminders are built in."""
    desk.later(hours=2, minutes=59)
    assert desk.mailed() == []
    desk.later(minutes=1)
    assert desk.mailed() == [ANA]
    desk.later(minutes=36)
    assert desk.mailed() == [ANA, ANA]


def test_a_mail_of_ours_says_what_it_is_and_stays_out_of_the_customers_thread(desk: Desk, thread: str) -> None:
    """C53: nothing of it is seen by the customer."""
    desk.later(hours=3)
    (mail,) = desk.mails()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].addr_spec == SUPPORT
    assert len(desk.labels(thread)) == 1
    assert desk.count() == 1


def test_at_100_percent_owner_and_lead_are_told_and_the_ticket_goes_on(desk: Desk, thread: str) -> None:
    for hours in (3, 0.6, 0.4):
        desk.later(hours=hours)
    assert desk.ticket(thread).owner == JONAS
    assert Counter(desk.mailed()[2:]) == {ANA: 1, JONAS: 1, CLAIRE: 1}
    by_person = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in desk.mails()[2:]}
    assert "Yours now" in by_person[JONAS]
    assert "Jonas Weber" in by_person[ANA]
    assert desk.kinds(thread) == [Kind.CUSTOMER_WROTE, Kind.ASSIGNED, Kind.ASSIGNED]
    assert desk.view(thread).breached


def test_the_miss_counts_from_its_due_instant_whenever_it_is_noticed(desk: Desk, thread: str) -> None:
    due = desk.ticket(thread).due_at
    desk.later(hours=9)
    first = next(c.reading for c in desk.view(thread).clocks if c.reading.metric == "first_response")
    assert first.due_at == due
    assert first.late_by.total_seconds() == 5 * 3600


def test_if_needed_an_owner_who_is_at_it_keeps_the_ticket(desk: Desk, thread: str) -> None:
    for hours in (3, 0.6):
        desk.later(hours=hours)
    desk.clock.forward(minutes=5)
    desk.sends(JONAS, "Do you have the order?", thread=thread, Sender=ANA)
    desk.later(minutes=19)
    assert desk.ticket(thread).owner == ANA
    assert Counter(desk.mailed()[2:]) == {ANA: 1, CLAIRE: 1}


def test_always_hands_on_even_what_somebody_is_at(opens: Opens) -> None:
    desk = opens(assignment={"reassign": "always"})
    thread = anas(desk)
    for hours in (3, 0.6):
        desk.later(hours=hours)
    desk.clock.forward(minutes=5)
    desk.sends(JONAS, "Do you have the order?", thread=thread, Sender=ANA)
    desk.later(minutes=19)
    assert desk.ticket(thread).owner == JONAS


def test_what_was_answered_meanwhile_is_not_mailed(desk: Desk, thread: str) -> None:
    desk.clock.forward(hours=3)
    desk.wake()
    desk.answers(thread)
    desk.sync()
    desk.deliver()
    assert desk.mailed() == []
    assert desk.outbox() == {"dropped": 1}


@pytest.mark.parametrize("how", ["archive", "spam", "trash"])
def test_what_left_the_inbox_meanwhile_is_not_mailed(desk: Desk, thread: str, how: str) -> None:
    desk.clock.forward(hours=3)
    desk.wake()
    getattr(desk.store, how)(SUPPORT, thread)
    desk.sync()
    desk.deliver()
    assert desk.mailed() == []


def test_steps_closer_than_the_merging_time_are_one_mail(opens: Opens) -> None:
    desk = opens(policy={"first_response": "1h"}, notify={"skip_early_under": "never"})
    anas(desk)
    desk.later(minutes=45)
    desk.later(minutes=9)
    assert desk.mailed() == [ANA]
    # A miss is never merged away.
    desk.later(minutes=6)
    assert Counter(desk.mailed()) == {ANA: 2, CLAIRE: 1, JONAS: 1}


def test_one_person_gets_one_mail_a_sweep(desk: Desk) -> None:
    for n in range(5):
        anas(desk, subject=f"Lamp {n} flickers", sender=KOFI if n % 2 else ZOFIA)
    desk.later(hours=3)
    (mail,) = desk.mails()
    assert mail["To"].addresses[0].addr_spec == ANA
    text = mail.get_body(("plain",))
    assert text is not None
    assert all(f"Lamp {n} flickers" in text.get_content() for n in range(5))


def test_unowned_tickets_are_told_to_the_leads(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "manual"})
    desk.writes()
    desk.catch_up()
    desk.later(hours=3)
    assert desk.mailed() == [CLAIRE]
    desk.later(hours=1)
    assert desk.mailed() == [CLAIRE, CLAIRE]


def test_every_lead_gets_one_mail(opens: Opens) -> None:
    leads = [
        {"address": ANA, "name": "Ana Ruiz"},
        {"address": CLAIRE, "name": "Claire Dubois", "role": "lead"},
        {"address": "omar@lumenvelo.example", "name": "Omar Haddad", "role": "lead"},
    ]
    desk = opens(people=leads)
    thread = anas(desk)
    desk.later(hours=4)
    assert Counter(desk.mailed()) == {ANA: 1, CLAIRE: 1, "omar@lumenvelo.example": 1}
    # Nobody else is an agent, so a lead takes it over; that too is said in the one mail.
    assert desk.ticket(thread).owner == CLAIRE


def test_with_nobody_on_the_list_there_is_an_alarm_and_no_mail(opens: Opens) -> None:
    desk = opens(people=[])
    desk.writes()
    desk.catch_up()
    desk.later(hours=4)
    assert desk.mailed() == []
    assert any(SUPPORT in words and "Nobody" in words for words in desk.board().alarms)


def test_an_owner_who_left_the_list_is_stood_in_for_by_the_leads(desk: Desk, thread: str) -> None:
    with desk.database.write() as conn:
        conn.execute(update(people).where(people.c.address == ANA).values(active=False))
    desk.later(hours=3)
    assert desk.mailed() == [CLAIRE]
    desk.later(hours=1)
    assert desk.ticket(thread).owner == JONAS


def test_nobody_is_handed_more_than_the_cap_in_an_hour(opens: Opens) -> None:
    desk = opens(assignment={"reassign": "always", "cap_per_hour": 2})
    threads = [anas(desk, subject=f"Lamp {n} flickers") for n in range(5)]
    desk.later(hours=4)
    owners = Counter(desk.ticket(thread).owner for thread in threads)
    assert owners == {ANA: 1, JONAS: 2, CLAIRE: 2}
    with desk.database.read() as conn:
        came_of_it = Counter(conn.execute(select(outbox.c.outcome).where(outbox.c.act == Do.REASSIGN)).scalars())
    had_enough = "everybody who could take it was handed as many tickets within the hour as one person gets"
    assert came_of_it[f"stays: {had_enough}"] == 1
    assert Counter(desk.mailed()) == {ANA: 1, JONAS: 1, CLAIRE: 1}


def test_after_downtime_only_the_highest_step_is_told(desk: Desk, thread: str) -> None:
    desk.later(hours=20)
    assert Counter(desk.mailed()) == {ANA: 1, JONAS: 1, CLAIRE: 1}
    taken = [event.data for event in desk.events(thread) if event.kind is Kind.STEP_TAKEN]
    first = {data["step"]: data["outcome"] for data in taken if data["metric"] == "first_response"}
    assert first == {"75%": "skipped", "90%": "skipped", "100%": "acted"}
    desk.later(hours=1)
    assert len(desk.mailed()) == 3


def test_settling_again_with_no_news_does_nothing(desk: Desk, thread: str) -> None:
    desk.later(hours=3)
    before = (desk.ticket(thread), desk.events(thread), desk.outbox())
    for _ in range(3):
        assert desk.wake() == []
        desk.catch_up()
        desk.tick()
    assert (desk.ticket(thread), desk.events(thread), desk.outbox()) == before
    assert len(desk.mailed()) == 1


def test_our_own_mails_never_become_tickets_even_when_they_come_back(desk: Desk, thread: str) -> None:
    desk.later(hours=3)
    raw = bytes(desk.mails()[0])
    desk.store.deliver(SUPPORT, raw)
    desk.catch_up()
    assert desk.count() == 1


def test_staff_answering_a_mail_of_ours_leave_a_note_and_the_clock_runs_on(desk: Desk, thread: str) -> None:
    desk.later(hours=3)
    (ours,) = desk.mails()
    desk.clock.forward(minutes=2)
    answer = desk.writes(
        ANA, "I will do it after lunch", f"Re: {ours['Subject']}", headers={"In-Reply-To": ours["Message-ID"]}
    )
    desk.sync()
    noted = desk.events(thread)[-1]
    assert (noted.kind, noted.actor) == (Kind.NOTED, ANA)
    assert desk.clocks(thread)["first_response"] == "running"
    assert desk.find(answer.thread_id) is None


def test_a_mail_of_ours_that_bounces_is_an_alarm(desk: Desk, thread: str) -> None:
    desk.later(hours=3)
    sent = desk.envelopes()[0]
    with desk.store.database.reading() as conn:
        row = conn.execute("SELECT id FROM messages ORDER BY rowid DESC LIMIT 1").fetchone()
    desk.store.bounce(SUPPORT, row["id"], ANA)
    desk.sync()
    assert sent.recipient == ANA
    assert any(ANA in words for words in desk.board().alarms)
    assert desk.count() == 1
    assert Kind.BOUNCED not in desk.kinds(thread)


def test_the_ticker_does_all_of_it_alone_while_redis_is_away(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, bell=NobodyRings()) as desk:
        thread = desk.writes().thread_id
        for _ in range(8):
            desk.clock.forward(minutes=30)
            desk.tick()
            desk.clock.forward(seconds=6)
            desk.tick()
        assert Counter(desk.mailed()) == {ANA: 2, JONAS: 1, CLAIRE: 1}
        assert desk.view(thread).breached
        assert desk.labels(thread) == [{"SLA/Overdue"}]
