"""What Google says when the doctor asks: tokens, scopes, cursor, labels and clock; and what `--fix` puts right there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from inboxsla.domain.speech import English
from inboxsla.gmail.simulator import Fault
from inboxsla.services import access, deliver, setup, sync, writing
from inboxsla.services.checkup import Do, Finding, Remedy, State, clocks, fixing, google
from inboxsla.storage import records
from inboxsla.storage.database import Database
from tests.builders import MORNING, SUPPORT, Desk, a_desk, settings
from tests.checkup.reading import fixed, problems, the
from tests.office import DESK, SALES, Office, set_anew
from tests.services import by_hand


@pytest.fixture
def live(office: Office) -> Office:
    """A connected mailbox that is live, has its labels, and was read a moment ago."""
    box = office.browser().mailbox
    setup.live(office.ports, DESK, "ana")
    deliver.deliver(office.ports, box.id)
    sync.sync(office.ports, box.id)
    return office


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    """A demo beside a Gmail that can be asked about it, with the labels of its first ticket."""
    with a_desk(sqlite_database) as made:
        made.ports = replace(made.ports, settings=settings(demo=True, google={"api_root": made.server.url}))
        made.writes()
        made.catch_up()
        yield made


def test_of_a_mailbox_that_works_google_has_only_good_to_say_and_it_costs_four_units(live: Office) -> None:
    live.server.quota.reset()
    assert problems(live.ports) == {}
    assert live.server.quota.report()["units"] == 4
    assert the("google.access", live.ports).words == (
        f"Google lets us into {DESK} and gives fresh tokens, which may read, label and send."
    )
    assert the("clock.google", live.ports).ok


def test_an_observed_mailbox_is_not_asked_for_labels_and_never_gets_any(office: Office) -> None:
    office.browser()
    assert "google.labels" not in problems(office.ports)
    office.server.quota.reset()
    box = office.mailbox()
    assert box is not None
    wish = Finding("google.labels", State.ATTENTION, "", remedy=Remedy(Do.LABELS, (box.id,)))
    ((done, words),) = fixing.fix(office.ports, None, [wish])
    assert (done, "were left alone" in words) == (False, True)
    assert office.server.quota.report()["calls"] == {}


def test_a_mailbox_that_has_just_gone_live_may_be_without_labels_for_some_minutes(office: Office) -> None:
    office.browser()
    setup.live(office.ports, DESK, "ana")
    assert the("google.labels", office.ports).ok
    later = replace(office.ports, now=lambda: office.ports.now() + timedelta(minutes=11))
    assert "missing: SLA, SLA/Low, SLA/Medium and" in the("google.labels", later).words


def test_a_permission_taken_back_is_known_before_anything_else_fails(live: Office) -> None:
    live.store.revoke(DESK)
    found = problems(live.ports)["google.access"]
    assert f"Google does not let us into {DESK}: Google no longer accepts our access" in found.words
    assert f"connect {DESK}" in found.words + found.cure
    assert found.remedy is None


def test_a_mailbox_that_stopped_goes_on_once_google_lets_us_in_again(live: Office) -> None:
    live.file(SALES, refresh_token=SALES)
    live.store.revoke(DESK)
    box = live.mailbox()
    assert box is not None
    sync.sync(live.ports, box.id)
    (lost,) = [found for found in problems(live.ports).values() if found.mailbox == DESK and "stopped" in found.words]
    assert (lost.check, lost.since is not None) == ("mailboxes.access", True)
    assert f"connect {DESK}" in lost.words
    assert [words for _, words in fixed(live.ports) if DESK in words] == []

    live.store.revoke(DESK, False)
    assert "lets us into" in problems(live.ports)["google.access"].words
    assert (True, f"{DESK} goes on where it stopped.") in fixed(live.ports)
    assert live.alarms() == []
    thread = live.writes()
    assert sync.sync(live.ports, box.id).ticket_threads == {thread}


def test_too_little_or_the_wrong_account_is_told_from_what_google_says(live: Office) -> None:
    box = live.mailbox()
    assert box is not None
    less = google.Answer(("https://www.googleapis.com/auth/gmail.readonly",), DESK, True, None)
    found = google.access_judged(box, less)
    assert (found.check, "leave every box ticked" in found.cure) == ("google.scopes", True)
    other = google.access_judged(box, replace(less, account=SALES))
    assert other.words == f"What should open {DESK} opens {SALES}."


@pytest.mark.parametrize("fault", [Fault("status", code=429, times=None), Fault("drop_before", times=None)])
def test_a_google_that_does_not_answer_leaves_this_open_and_the_other_checks_go_on(live: Office, fault: Fault) -> None:
    live.server.faults.plan(fault)
    found = problems(live.ports)
    assert [(name, each.state) for name, each in found.items()] == [("google.access", State.UNKNOWN)]
    assert f"Google could not be asked about {DESK}" in found["google.access"].words
    assert the("mailboxes.read", live.ports).ok


def test_a_token_endpoint_that_is_away_does_not_stop_the_mailbox(live: Office) -> None:
    said = live.settings.google.model_dump() | {"token_uri": "http://127.0.0.1:9/token"}
    away = set_anew(live, google=said)
    assert problems(away.ports)["google.access"].state is State.UNKNOWN
    box = live.mailbox()
    assert box is not None
    assert box.access_lost_at is None


def test_a_history_that_expired_is_said_and_read_anew_when_asked(desk: Desk) -> None:
    assert problems(desk.ports) == {}
    desk.store.expire_history(SUPPORT)
    found = the("google.cursor", desk.ports)
    assert "lists the last 30 days anew" in found.cure
    assert (True, f"Rang for reading {SUPPORT}. A worker does it in the next seconds.") in fixed(desk.ports)
    desk.catch_up()
    assert problems(desk.ports) == {}


def test_labels_that_went_missing_are_made_again_and_twins_merged(desk: Desk) -> None:
    by_hand.delete(desk, "SLA/Overdue")
    by_hand.rename(desk, "SLA/Low", "Plenty of time")
    copy = by_hand.ask(desk, "labels", "create", body={"name": "other"})["id"]
    with desk.store.database.writing() as conn:
        conn.execute("UPDATE labels SET name = 'sla/MET', folded = 'other' WHERE id = ?", (copy,))
    found = the("google.labels", desk.ports)
    assert "(missing: SLA/Overdue; there twice: sla/MET)" in found.words
    assert "Plenty of time" not in found.words
    assert [done for done, _ in fixed(desk.ports)] == [True]
    assert by_hand.names(desk) >= {"SLA/Overdue", "Plenty of time", "SLA/Met"}
    assert "sla/MET" not in by_hand.names(desk)
    assert "SLA/Low is called Plenty of time" in the("google.labels", desk.ports).words


def test_an_alarm_about_labels_that_are_there_again_is_taken_off(desk: Desk) -> None:
    with desk.database.write() as conn:
        for key in (f"labels/{desk.id}", f"labels/{desk.id}/Owner/ana", f"labels/{desk.id}7"):
            records.alarm(conn, key, f"Gmail refuses {key}.", desk.clock(), desk.id)
    assert "an alarm still says" in the("google.labels", desk.ports).words
    assert [done for done, _ in fixed(desk.ports)] == [True]
    assert desk.board().alarms == (f"Gmail refuses labels/{desk.id}7.",)


def test_regaining_one_mailbox_leaves_the_alarm_of_another_whose_number_begins_alike(desk: Desk) -> None:
    with desk.database.write() as conn:
        for mailbox_id in (desk.id, desk.id * 10 + 2):
            records.alarm(conn, access.alarm_key(mailbox_id), f"Lost {mailbox_id}.", desk.clock())
        access.regained(conn, desk.id)
    assert desk.board().alarms == (f"Lost {desk.id * 10 + 2}.",)


def test_while_labels_are_stopped_none_is_made(desk: Desk) -> None:
    by_hand.delete(desk, "SLA/Overdue")
    writing.stop(desk.ports, "Claire")
    found = the("google.labels", desk.ports)
    assert "resume-writing" in found.cure
    with desk.calls() as asked:
        fixing_all = list(fixing.fix(desk.ports, None, [replace(found, remedy=Remedy(Do.LABELS, (desk.id,)))]))
    assert [done for done, _ in fixing_all] == [False]
    assert asked["labels.create"] == 0


def test_a_clock_that_runs_ahead_of_googles_is_said_by_how_much(desk: Desk) -> None:
    ahead = replace(desk.ports, now=lambda: desk.clock() + timedelta(minutes=4))
    found = the("clock.google", ahead)
    assert found.words == "The clock of this machine is 4 min ahead of Google's."
    assert "timedatectl set-ntp true" in found.cure


def test_a_slow_answer_is_no_wrong_clock() -> None:
    def judged(**span: float) -> bool:
        theirs = MORNING + timedelta(**span)
        return clocks.judged(
            "clock.google", "Google's", theirs, MORNING, MORNING + timedelta(seconds=20), English("UTC")
        ).ok

    assert [judged(seconds=-29), judged(seconds=49)] == [True, True]
    assert [judged(seconds=-31), judged(seconds=51)] == [False, False]
