"""When nothing of a mailbox was seen for too long, pages and reports say so instead of blaming people."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from inboxsla.domain.speech import English
from inboxsla.gmail.simulator import Fault
from inboxsla.listing import audit_json, audit_text
from inboxsla.services import auditing, blindness, checkup, queries
from inboxsla.storage import blind_spans
from inboxsla.storage.blind_spans import BlindSpan
from tests.builders import ANA, Desk
from tests.services.conftest import Opens

SAY = English("UTC")


def spans(desk: Desk) -> list[BlindSpan]:
    with desk.database.read() as conn:
        return blind_spans.between(conn, [desk.id], desk.clock() - timedelta(days=30), desk.clock())


def test_syncs_that_follow_each_other_leave_no_span(desk: Desk) -> None:
    desk.sync()
    for _ in range(4):
        desk.clock.forward(minutes=4)
        desk.sync()
    assert spans(desk) == []
    assert desk.board().mailboxes[0].unseen_since is None


def test_a_gap_is_one_span_from_the_last_look_to_the_next(desk: Desk) -> None:
    desk.sync()
    begun = desk.clock()
    desk.clock.forward(hours=2)
    desk.writes()
    desk.sync()
    assert spans(desk) == [BlindSpan(desk.id, begun, begun + timedelta(hours=2))]
    desk.clock.forward(minutes=1)
    desk.sync()
    assert len(spans(desk)) == 1


def test_syncs_that_fail_are_no_look(desk: Desk) -> None:
    desk.sync()
    begun = desk.clock()
    desk.faults.plan(Fault("status", "history.list", code=503, times=None))
    for _ in range(10):
        desk.clock.forward(minutes=1)
        desk.sync()
    assert desk.board().mailboxes[0].unseen_since == begun
    desk.faults.clear()
    desk.clock.forward(minutes=1)
    desk.sync()
    assert spans(desk) == [BlindSpan(desk.id, begun, begun + timedelta(minutes=11))]
    assert desk.board().mailboxes[0].unseen_since is None


def test_a_first_sync_that_takes_long_is_not_blindness(desk: Desk) -> None:
    desk.clock.forward(hours=3)
    desk.sync()
    assert spans(desk) == []


@pytest.mark.parametrize(
    ("chosen", "minutes"), [({}, 5), ({"sync": {"poll_every": "10m"}}, 30), ({"sync": {"poll_every": "5s"}}, 5)]
)
def test_what_is_too_long_follows_the_pace_of_polling(opens: Opens, chosen: dict[str, object], minutes: int) -> None:
    desk = opens(**chosen)
    assert blindness.limit(desk.ports.settings) == timedelta(minutes=minutes)


def test_with_push_three_missed_polls_are_too_many(opens: Opens) -> None:
    push = {"way": "push", "topic": "projects/a/topics/b", "service_account": "push@lumen.example"}
    assert blindness.limit(opens(push=push).ports.settings) == timedelta(minutes=9)


def test_the_ticket_says_what_was_not_seen_in_its_time_and_only_that(desk: Desk) -> None:
    desk.sync()
    desk.clock.forward(hours=1)
    desk.sync()  # before its time
    ticket = desk.writes()
    desk.sync()
    desk.clock.forward(hours=5)
    desk.answers(ticket.thread_id, ANA, at=desk.clock() - timedelta(hours=3))
    page = queries.ticket(desk.ports, desk.ticket(ticket.thread_id).id, SAY)
    (lasting,) = page.unseen
    assert lasting.startswith("InboxSLA has not seen this mailbox since")
    desk.sync()
    page = queries.ticket(desk.ports, desk.ticket(ticket.thread_id).id, SAY)
    (ended,) = page.unseen
    assert "did not see this mailbox from" in ended
    # Answered in time, though it was learned an hour after the promise had run out.
    assert desk.clocks(ticket.thread_id)["first_response"] == "met"


def test_the_report_counts_what_was_missed_in_the_dark_apart(desk: Desk) -> None:
    desk.writes()
    desk.sync()
    desk.clock.forward(hours=6)
    desk.sync()
    (audit,) = auditing.audits(desk.ports)
    assert audit.missed_unseen == 1
    text = audit_text([audit], SAY)
    assert "Not seen        once, 6 h in all: InboxSLA was down or could not reach Gmail" in text
    assert "1 missed promise fell due then" in text
    (said,) = json.loads(audit_json([audit]))
    assert said["missed_while_not_seen"] == 1
    assert len(said["not_seen"]) == 1


def test_the_doctor_tells_of_the_last_week_and_calls_only_what_lasts_a_problem(desk: Desk) -> None:
    desk.sync()
    desk.clock.forward(hours=6)
    lasting = [line for line in checkup.found(desk.ports) if "not been seen since" in line.words]
    assert [line.ok for line in lasting] == [False]
    desk.sync()
    ended = [line for line in checkup.found(desk.ports) if "was not seen from" in line.words]
    assert [line.ok for line in ended] == [True]
    desk.clock.forward(days=8)
    desk.sync()
    ended = [line for line in checkup.found(desk.ports) if "was not seen from" in line.words]
    assert len(ended) == 1
