"""What labels ask for is done once, in order, whatever history repeats and whoever dies over it."""

from __future__ import annotations

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.services import obeying
from inboxsla.services.ruling import BY_LABEL
from inboxsla.storage import label_commands, mailboxes
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk
from tests.services.by_hand import ask, handled, put, shown, take_off

OFFICE = {"zone": "Europe/Berlin", "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00–17:00")}


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail that Ana owns."""
    found = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(found, ANA)
    desk.catch_up()
    return found


def test_the_same_label_put_on_taken_off_and_put_on_again_is_done_once(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Escalate")
    take_off(desk, thread, "SLA/Do/Escalate")
    put(desk, thread, "SLA/Do/Escalate")
    handled(desk)
    desk.catch_up()
    assert desk.kinds(thread).count(Kind.ESCALATED) == 1


def test_a_label_taken_off_before_anybody_looked_asks_for_nothing(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Solve")
    take_off(desk, thread, "SLA/Do/Solve")
    handled(desk)
    assert desk.ticket(thread).status == "open"


def test_several_at_once_are_each_done_in_the_documented_order(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Solve", "SLA/Do/Critical", "SLA/Do/Waiting", "Owner/Jonas Weber", "SLA/Do/Escalate")
    handled(desk)
    kinds = [event.kind for event in desk.events(thread) if event.source.startswith(BY_LABEL)]
    assert kinds == [Kind.ASSIGNED, Kind.PRIORITY_SET, Kind.STATUS_SET, Kind.STATUS_SET, Kind.ESCALATED]
    ticket = desk.ticket(thread)
    assert (ticket.owner, ticket.priority, ticket.status) == (JONAS, "critical", "solved")
    assert not any(label.startswith("SLA/Do") for label in shown(desk, thread))


def test_a_label_on_several_messages_told_one_by_one_is_one_wish(desk: Desk, thread: str) -> None:
    desk.writes_again(thread)
    desk.catch_up()
    label = desk.mailbox.label_ids["SLA/Do/Escalate"]
    for row in desk.kept(thread):
        ask(desk, "messages", "modify", id=row.gmail_id, body={"addLabelIds": [label]})
        desk.sync()
    desk.catch_up()
    assert desk.kinds(thread).count(Kind.ESCALATED) == 1
    assert not any(name.startswith("SLA/Do") for name in shown(desk, thread))


def test_what_is_read_again_after_a_crash_is_done_once(desk: Desk, thread: str) -> None:
    cursor = desk.mailbox.history_id
    put(desk, thread, "SLA/Do/Escalate")
    desk.sync()
    for _ in range(2):
        _reread(desk, cursor)
        desk.deliver()
        _reread(desk, cursor)
    assert desk.kinds(thread).count(Kind.ESCALATED) == 1
    assert sorted(desk.mailed()) == [ANA, CLAIRE]


def test_a_worker_that_dies_between_doing_and_noting_it_done_does_it_once(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Escalate", "SLA/Do/Hold two days")
    desk.sync()
    held = desk.view(thread).hold_until
    with desk.database.write() as conn:
        for number in (1, 2):
            label_commands.move(conn, number, "asked")
    desk.clock.forward(hours=1)
    assert obeying.obey(desk.ports, desk.id) == 2
    desk.catch_up()
    assert desk.view(thread).hold_until == held
    assert desk.kinds(thread).count(Kind.ESCALATED) == 1


def test_what_was_noted_and_not_done_is_done_by_the_next_sync(desk: Desk, thread: str) -> None:
    with desk.database.write() as conn:
        asked = [("SLA/Do/Solve", f"{BY_LABEL}6:77")]
        assert label_commands.note(conn, desk.id, thread, asked, desk.clock())
    handled(desk)
    assert desk.ticket(thread).status == "solved"


def test_what_people_asked_for_while_history_was_lost_is_done_once(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Escalate")
    desk.store.expire_history(SUPPORT)
    handled(desk)
    desk.catch_up()
    assert desk.kinds(thread).count(Kind.ESCALATED) == 1
    assert not any(name.startswith("SLA/Do") for name in shown(desk, thread))


def _reread(desk: Desk, cursor: str | None) -> None:
    """History is read from an old cursor, as after a crash before it was moved."""
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, history_id=cursor)
    desk.sync()
