"""The card of an open thread: time first, then what to do, then why; in the reader's zone, on any device."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from inboxsla.services import setup
from inboxsla.storage import blind_spans
from inboxsla.storage.database import Database
from inboxsla.storage.schema import people
from tests.addon.gmail import Gmail
from tests.addon.test_gallery import STATES
from tests.builders import ANA, CLAIRE, SUPPORT, Desk, a_desk


def test_times_are_told_in_the_zone_of_whoever_reads(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    event = ana.event(common={"timeZone": {"id": "America/New_York"}})
    event["gmail"] = {"messageId": mail.message_id, "threadId": mail.thread_id}
    card = ana.shown(ana.post("/addon/message", event))
    assert card.subtitle == "Low · first response due 08:48 EST"
    assert card.says("Next reminder step")[0] == "07:48: remind you"


@pytest.mark.parametrize("zone", [None, {}, {"id": "Mars/Olympus"}, {"id": "../../etc/passwd"}, {"id": 7}])
def test_without_a_zone_of_gmails_it_is_the_one_on_the_people_list(desk: Desk, ana: Gmail, zone: object) -> None:
    mail = desk.writes()
    desk.catch_up()
    event = ana.event(common={"timeZone": zone}, gmail={"messageId": mail.message_id, "threadId": mail.thread_id})
    assert ana.shown(ana.post("/addon/message", event)).subtitle == "Low · first response due 14:48 CET"


def test_time_goes_by_on_a_card_that_is_opened_again(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    titles = [ana.opens(mail.message_id, mail.thread_id).title]
    for seconds in (59, 1, 60, 3 * 3600 + 57 * 60 + 59, 1, 1):
        desk.clock.forward(seconds=seconds)
        titles.append(ana.opens(mail.message_id, mail.thread_id).title)
    assert titles == [
        "4 h left", "3 h 59 min left", "3 h 59 min left", "3 h 58 min left", "less than a minute left",
        "less than a minute over", "less than a minute over",
    ]  # fmt: skip


def test_a_card_that_was_drawn_before_is_drawn_anew_as_soon_as_anything_happens(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    assert ana.opens(mail.message_id, mail.thread_id).title == "4 h left"
    desk.clock.forward(seconds=1)
    desk.answers(mail.thread_id)
    desk.sync()
    assert ana.opens(mail.message_id, mail.thread_id).title == "Waiting on customer"


def test_what_presses_has_a_colour_on_the_web_and_none_on_a_phone() -> None:
    web, phone = (
        json.dumps(STATES[key].answer, ensure_ascii=False).replace("\xa0", " ") for key in ("overdue", "phone")
    )
    assert "<font color=" in web
    assert "<font color=" not in phone
    assert "<b>57 min left</b>" in phone


@pytest.mark.parametrize("key", ["on_track", "urgent", "overdue", "on_hold", "waiting", "solved", "faster", "lead"])
def test_at_most_six_widgets_stand_before_the_first_fold(key: str) -> None:
    answer = STATES[key].answer
    action = answer["renderActions"]["action"] if "renderActions" in answer else answer["action"]
    step = action["navigations"][-1]
    card = step.get("pushCard") or step["updateCard"]
    open_ones = [section for section in card["sections"] if not section.get("collapsible")]
    facts = open_ones[1 if key == "faster" else 0]["widgets"]
    assert len(facts) <= 6
    assert len(open_ones[-1]["widgets"][0]["buttonList"]["buttons"]) <= 2


def test_ten_thousand_events_are_counted_and_the_newest_shown(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    for number in range(30):
        desk.clock.forward(minutes=1)
        desk.writes_again(mail.thread_id, text=f"Number {number}")
    desk.sync()
    card = ana.opens(mail.message_id, mail.thread_id)
    assert "What happened (32)" in card.text
    assert "“Number 29”" in card.text
    assert "“Number 20”" not in card.text
    whole = ana.clicks(card.buttons["Show everything"])
    assert "“Number 0”" in whole.text


def test_a_span_without_sync_is_told(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    with desk.database.write() as conn:
        now = desk.clock()
        blind_spans.add(conn, desk.id, now, desk.clock.forward(minutes=15))
    desk.sync()
    assert (
        "InboxSLA did not see this mailbox from 10:48 CET to 11:03 CET"
        in ana.opens(mail.message_id, mail.thread_id).text
    )


def test_a_mailbox_that_is_not_seen_right_now_says_since_when(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.clock.forward(minutes=20)
    card = ana.opens(mail.message_id, mail.thread_id)
    assert "InboxSLA has not seen this mailbox since 10:48 CET." in card.text


def test_a_mailbox_that_is_only_observed_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    with a_desk(sqlite_database, live=False) as desk:
        mail = desk.writes()
        desk.catch_up()
        ana = Gmail(desk, tmp_path)
        assert "This mailbox is only observed so far" in ana.opens(mail.message_id, mail.thread_id).text
        setup.live(desk.ports, SUPPORT, "the tests")
        assert "only observed" not in ana.opens(mail.message_id, mail.thread_id).text


def test_the_step_that_comes_next_names_whom_it_tells(desk: Desk, ana: Gmail, tmp_path: Path) -> None:
    mail = desk.writes()
    desk.catch_up()
    desk.later(hours=3, minutes=40)
    card = ana.opens(mail.message_id, mail.thread_id)
    assert card.says("Next reminder step")[0] == "14:48: tell you, tell Claire Dubois, hand over"
    claire = Gmail(desk, tmp_path, CLAIRE)
    assert (
        claire.opens(mail.message_id, mail.thread_id)
        .says("Next reminder step")[0]
        .startswith("14:48: tell Ana Ruiz, tell you")
    )


def test_somebody_taken_off_the_people_list_sees_nothing_any_more(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    assert ana.opens(mail.message_id, mail.thread_id).title == "4 h left"
    with desk.database.write() as conn:
        conn.execute(update(people).where(people.c.address == ANA).values(active=False))
    assert ana.opens(mail.message_id, mail.thread_id).title == "InboxSLA does not know you yet"
