"""Labels as commands: for people on phones, on IMAP and in delegated mailboxes, who have no side panel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.services import configuring, queries, setup
from inboxsla.services import desk as verbs
from inboxsla.storage import mailboxes
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, KOFI, SUPPORT, Desk, a_desk
from tests.services.by_hand import handled, names, put, shown
from tests.services.conftest import Opens

OFFICE = {"zone": "Europe/Berlin", "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00–17:00")}


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail that Ana owns."""
    found = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(found, ANA)
    desk.catch_up()
    return found


@pytest.fixture
def observed(database: Database) -> Iterator[Desk]:
    with a_desk(database, live=False) as made:
        yield made


def test_the_labels_are_there_as_soon_as_the_mailbox_is_live(desk: Desk) -> None:
    assert desk.tick()
    desk.deliver()
    assert {f"SLA/Do/{name}" for name in ("Waiting", "Solve", "Reopen", "Escalate", "Critical")} <= names(desk)
    assert {"SLA/Do/Hold until tomorrow", "SLA/Do/Hold two days"} <= names(desk)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Waiting", "waiting_on_customer"),
        ("Hold until tomorrow", "on_hold"),
        ("Hold two days", "on_hold"),
        ("Solve", "solved"),
    ],
)
def test_a_label_does_what_it_says_within_one_sync_and_disappears(
    desk: Desk, thread: str, name: str, status: str
) -> None:
    desk.writes_again(thread)
    desk.catch_up()
    put(desk, thread, f"SLA/Do/{name}")
    handled(desk)
    assert desk.ticket(thread).status == status
    assert not any(label.startswith("SLA/Do") for label in shown(desk, thread))
    told = next(event for event in desk.events(thread) if event.kind is Kind.STATUS_SET)
    assert told.actor is None


def test_solved_work_is_taken_up_again(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.catch_up()
    assert desk.ticket(thread).status == "solved"
    put(desk, thread, "SLA/Do/Reopen")
    handled(desk)
    assert desk.ticket(thread).status == "open"
    assert shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}


def test_critical_is_a_persons_word_and_no_rule_takes_it_back(desk: Desk, thread: str) -> None:
    put(desk, thread, "SLA/Do/Critical")
    handled(desk)
    assert desk.ticket(thread).priority == "critical"
    verbs.tag(desk.ports, desk.ticket(thread).id, ANA, add=["refund"])
    assert desk.ticket(thread).priority == "critical"


def test_escalating_tells_owner_and_lead_once_and_changes_nothing_else(desk: Desk, thread: str) -> None:
    before = desk.ticket(thread)
    put(desk, thread, "SLA/Do/Escalate")
    handled(desk)
    desk.catch_up()
    assert sorted(desk.mailed()) == [ANA, CLAIRE]
    assert all(mail["Subject"].startswith("Escalated: ") for mail in desk.mails())
    assert all("somebody escalated the ticket" in mail.get_body(("plain",)).get_content() for mail in desk.mails())
    after = desk.ticket(thread)
    assert (after.status, after.priority, after.owner, after.due_at) == ("open", "normal", ANA, before.due_at)
    # Asked for again, it is told again.
    put(desk, thread, "SLA/Do/Escalate")
    handled(desk)
    desk.catch_up()
    assert sorted(desk.mailed()) == [ANA, ANA, CLAIRE, CLAIRE]


@pytest.mark.parametrize(
    ("name", "until"),
    [
        # Tuesday 24 November, 10:48 in Berlin.
        ("Hold until tomorrow", "2026-11-25 08:00:00+00:00"),
        ("Hold two days", "2026-11-26 09:48:00+00:00"),
    ],
)
def test_holds_end_in_opening_hours(opens: Opens, name: str, until: str) -> None:
    desk = opens(calendar=OFFICE)
    thread = desk.writes().thread_id
    desk.catch_up()
    put(desk, thread, f"SLA/Do/{name}")
    handled(desk)
    assert str(desk.view(thread).hold_until) == until


def test_tomorrow_is_monday_on_a_friday(opens: Opens) -> None:
    desk = opens(calendar=OFFICE)
    desk.clock.forward(days=3)
    thread = desk.writes().thread_id
    desk.catch_up()
    put(desk, thread, "SLA/Do/Hold until tomorrow")
    handled(desk)
    assert str(desk.view(thread).hold_until) == "2026-11-30 08:00:00+00:00"


def test_a_thread_in_the_trash_can_be_solved_and_loses_the_label(desk: Desk, thread: str) -> None:
    desk.store.trash(SUPPORT, thread)
    put(desk, thread, "SLA/Do/Solve")
    handled(desk)
    assert not any(name.startswith("SLA/Do") for name in shown(desk, thread))
    desk.store.restore(SUPPORT, thread)


def test_what_cannot_be_done_is_told_to_the_owner_and_noted(desk: Desk, thread: str) -> None:
    verbs.set_status(desk.ports, desk.ticket(thread).id, verbs.Status.NOT_A_TICKET, ANA)
    desk.catch_up()
    put(desk, thread, "SLA/Do/Waiting")
    handled(desk)
    desk.catch_up()
    assert desk.mailed() == [ANA]
    body = desk.mails()[0].get_body(("plain",)).get_content()
    assert "marked as not a ticket" in " ".join(body.split())
    assert desk.mails()[0]["Subject"].startswith("Not done: ")
    note = next(event for event in desk.events(thread) if event.kind is Kind.NOTED)
    assert (note.data["what"], note.data["where"]) == ("SLA/Do/Waiting", "label")
    assert shown(desk, thread) == set()


def test_where_nobody_owns_the_ticket_the_lead_is_told(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "manual"}, policy={"first_response": "4h"})
    thread = desk.writes().thread_id
    desk.catch_up()
    verbs.set_status(desk.ports, desk.ticket(thread).id, verbs.Status.NOT_A_TICKET, ANA)
    put(desk, thread, "SLA/Do/Solve")
    handled(desk)
    desk.catch_up()
    assert desk.mailed() == [CLAIRE]


def test_a_thread_that_is_no_ticket_just_loses_the_label_and_an_alarm_says_so(desk: Desk, thread: str) -> None:
    news = desk.writes(text="Our offers", subject="Offers", headers={"List-Id": "<offers.shop.example>"}).thread_id
    desk.catch_up()
    assert desk.find(news) is None
    put(desk, news, "SLA/Do/Solve", "Owner/Ana Ruiz")
    handled(desk)
    assert shown(desk, news) == set()
    assert any("no ticket" in words for words in desk.board().alarms)
    with desk.calls() as calls:
        desk.catch_up()
    assert set(calls) == {"history.list"}


def test_an_observed_mailbox_obeys_nobody(observed: Desk) -> None:
    client = observed.gmail(SUPPORT)
    client.create_label("SLA/Do/Solve", "#e7e7e7", "#464646")
    thread = observed.writes().thread_id
    observed.catch_up()
    put(observed, thread, "SLA/Do/Solve")
    observed.catch_up()
    assert observed.ticket(thread).status == "open"
    assert shown(observed, thread) == {"SLA/Do/Solve"}
    setup.live(observed.ports, SUPPORT, "Claire")
    observed.catch_up()
    assert observed.ticket(thread).status == "open"
    assert shown(observed, thread) == {"SLA/Low", "Owner/Ana Ruiz"}


def test_commands_can_be_switched_off(opens: Opens) -> None:
    desk = opens(labels={"commands": False, "owners": False})
    thread = desk.writes().thread_id
    desk.catch_up()
    assert names(desk) == {"SLA", *(f"SLA/{name}" for name in ("Low", "Medium", "Urgent", "Overdue", "Paused", "Met"))}
    assert shown(desk, thread) == {"SLA/Low"}


def test_mail_that_a_filter_labels_on_arrival_asks_too(desk: Desk, thread: str) -> None:
    label = desk.mailbox.label_ids["SLA/Do/Critical"]
    urgent = desk.writes(subject="Fire", labels=("INBOX", "UNREAD", label)).thread_id
    handled(desk)
    assert desk.ticket(urgent).priority == "critical"
    assert "SLA/Do/Critical" not in shown(desk, urgent)


def test_holds_end_with_the_time_the_policy_allows_and_no_more_is_refused(opens: Opens) -> None:
    desk = opens()
    text = configuring.export(desk.ports).replace("[[policies]]\n", '[[policies]]\nhold_cap = "3h"\n', 1)
    configuring.import_(desk.ports, text, "Claire Dubois", False, "desk.toml")
    thread = desk.writes().thread_id
    desk.catch_up()
    put(desk, thread, "SLA/Do/Hold two days")
    handled(desk)
    assert desk.view(thread).hold_until == desk.clock() + timedelta(hours=3)
    desk.later(hours=3)
    put(desk, thread, "SLA/Do/Hold two days")
    handled(desk)
    desk.catch_up()
    assert desk.ticket(thread).status == "open"
    assert any(mail["Subject"].startswith("Not done: ") for mail in desk.mails())
    assert "SLA/Do/Hold two days" not in shown(desk, thread)


def test_the_timeline_says_what_was_asked_for_and_what_could_not_be_done(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    put(one_desk, thread, "SLA/Do/Escalate", "SLA/Do/Critical", "Owner/Jonas Weber")
    handled(one_desk)
    verbs.set_status(one_desk.ports, one_desk.ticket(thread).id, verbs.Status.NOT_A_TICKET, ANA)
    put(one_desk, thread, "SLA/Do/Solve")
    handled(one_desk)
    page = queries.ticket(one_desk.ports, one_desk.ticket(thread).id, English("UTC"))
    said = [(entry.who, entry.what, entry.so) for entry in page.happened]
    assert ("Somebody in the mailbox", "escalated the ticket", "owner and lead are told") in said
    assert ("Somebody in the mailbox", "changed the priority", "Critical") in said
    assert ("", "Assigned to Jonas Weber", "by somebody in the mailbox") in said
    refused = next(each for each in said if "could not be done" in each[1])
    assert refused[1] == "“SLA/Do/Solve” could not be done"
    assert "not a ticket" in refused[2]


@pytest.mark.parametrize(("name", "status"), [("Reopen", "open"), ("Solve", "solved")])
def test_an_old_thread_that_was_never_read_answers_too(one_desk: Desk, name: str, status: str) -> None:
    one_desk.writes()
    one_desk.catch_up()
    old = one_desk.writes(KOFI, at=one_desk.clock() - timedelta(days=60), labels=()).thread_id
    with one_desk.database.write() as conn:
        mailboxes.change(conn, one_desk.id, history_id=str(one_desk.store.history_id(SUPPORT)))
    one_desk.catch_up()
    assert one_desk.find(old) is None
    put(one_desk, old, f"SLA/Do/{name}")
    handled(one_desk)
    one_desk.catch_up()
    assert one_desk.ticket(old).status == status
    assert not any(label.startswith("SLA/Do") for label in shown(one_desk, old))
    assert one_desk.mails() == []
