"""Mails are worked out while others may write; whatever changes meanwhile still counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from inboxsla.domain.people import Absence
from inboxsla.services import settle, writing
from inboxsla.services.notices import compose_owed
from inboxsla.storage import absences, envelopes, mailboxes, tickets
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.conftest import owes_a_reminder


@pytest.fixture
def thread(desk: Desk) -> str:
    return owes_a_reminder(desk)


def written(desk: Desk, subject: str) -> str:
    found = desk.writes(subject=subject).thread_id
    desk.sync()
    return found


def due(desk: Desk) -> list[int]:
    with desk.database.write() as conn:
        return [ticket_id for ticket_id, _ in tickets.claim_due(conn, desk.clock(), 500)]


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    """`do` happens after everything was worked out, just before the first write."""
    waiting = [do]

    def before_writing(conn: object, options: dict[str, Any]) -> None:
        if waiting and options.get("inboxsla_kind") == "write":
            waiting.pop()()

    event.listen(Engine, "set_connection_execution_options", before_writing)
    try:
        yield
    finally:
        event.remove(Engine, "set_connection_execution_options", before_writing)
    assert not waiting


def composed(desk: Desk) -> list[tuple[str, str]]:
    return [(mail.recipient, mail.subject) for mail in desk.envelopes()]


def test_what_nobody_changed_is_composed_as_it_was_worked_out(desk: Desk, thread: str) -> None:
    with meanwhile(lambda: None):
        assert compose_owed(desk.ports, desk.id) == 1
    assert [recipient for recipient, _ in composed(desk)] == [ANA]
    assert desk.outbox() == {"enclosed": 1}
    assert compose_owed(desk.ports, desk.id) == 0


def test_a_ticket_answered_meanwhile_reminds_nobody(desk: Desk, thread: str) -> None:
    def answered() -> None:
        desk.answers(thread)
        desk.sync()

    with meanwhile(answered):
        compose_owed(desk.ports, desk.id)
    assert composed(desk) == []
    assert desk.outbox() == {"dropped": 1}


def test_a_ticket_handed_over_meanwhile_reminds_whoever_has_it_now(desk: Desk, thread: str) -> None:
    with meanwhile(lambda: desk.owned_by(thread, JONAS)):
        compose_owed(desk.ports, desk.id)
    assert {recipient for recipient, _ in composed(desk)} == {JONAS}


def test_whoever_is_away_meanwhile_is_not_reminded(desk: Desk, thread: str) -> None:
    def goes_away() -> None:
        with desk.database.write() as conn:
            today = desk.clock().date()
            absences.say(conn, ANA, Absence(today, today + timedelta(days=2), JONAS), desk.clock())

    with meanwhile(goes_away):
        compose_owed(desk.ports, desk.id)
    assert [recipient for recipient, _ in composed(desk)] == [JONAS]


def test_a_mail_written_down_late_counts_for_the_hour_in_which_it_was_composed(desk: Desk, thread: str) -> None:
    began = desk.clock() - timedelta(minutes=59)
    cap = desk.ports.settings.notify.cap_per_hour
    with desk.database.write() as conn:
        for number in range(cap - cap // 4):
            envelopes.compose(conn, desk.id, f"m{number}", ANA, "", "", began, kind="test")
    later = chain([desk.clock()], repeat(desk.clock() + timedelta(minutes=2)))
    assert compose_owed(replace(desk.ports, now=later.__next__), desk.id) == 0
    assert desk.outbox() == {"owed": 1}


def test_what_comes_due_meanwhile_is_told_in_the_same_mail(desk: Desk) -> None:
    for subject in ("A lamp flickers", "A bell is mute"):
        desk.owned_by(written(desk, subject), ANA)
    desk.deliver()
    desk.clock.forward(hours=3)
    first, second = due(desk)
    settle.wake(desk.ports, [first])
    with meanwhile(lambda: settle.wake(desk.ports, [second])):
        compose_owed(desk.ports, desk.id)
    [(recipient, subject)] = composed(desk)
    assert recipient == ANA
    assert "2 tickets" in subject


def test_two_workers_that_worked_out_the_same_compose_it_once(desk: Desk, thread: str) -> None:
    with meanwhile(lambda: compose_owed(desk.ports, desk.id)):
        assert compose_owed(desk.ports, desk.id) == 0
    assert [recipient for recipient, _ in composed(desk)] == [ANA]


def test_nothing_is_composed_once_writing_is_stopped(desk: Desk, thread: str) -> None:
    with meanwhile(lambda: writing.stop(desk.ports, CLAIRE)):
        assert compose_owed(desk.ports, desk.id) == 0
    assert composed(desk) == []
    assert desk.outbox() == {"owed": 1}


def test_while_writing_is_stopped_nothing_is_worked_out_either(desk: Desk, thread: str) -> None:
    writing.stop(desk.ports, CLAIRE)
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert compose_owed(desk.ports, desk.id) == 0
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert not any("FROM messages" in statement for statement in asked)


def test_a_mailbox_that_is_live_no_more_owes_nothing(desk: Desk, thread: str) -> None:
    def observed() -> None:
        with desk.database.write() as conn:
            mailboxes.change(conn, desk.id, mode="observed")

    with meanwhile(observed):
        assert compose_owed(desk.ports, desk.id) == 0
    assert desk.outbox() == {"dropped": 1}
