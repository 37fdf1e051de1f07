"""Acts from the panel: one round trip each, the fresh card back, nothing asked of Gmail."""

from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.domain.timeline import Kind
from tests.addon.gmail import Gmail, local, notice_of
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk


@pytest.fixture
def ticket(desk: Desk) -> tuple[str, str]:
    """The ids of a mail of Zofia's, (message, thread), which is Ana's ticket."""
    mail = desk.writes()
    desk.catch_up()
    return mail.message_id, mail.thread_id


@pytest.fixture
def answered(desk: Desk, ticket: tuple[str, str]) -> tuple[str, str]:
    """The same after Ana has answered and Zofia has asked again: eight hours for the next answer, which a hold stops."""
    message, thread = ticket
    desk.answers(thread)
    desk.clock.forward(minutes=1)
    desk.writes_again(thread)
    desk.catch_up()
    return message, thread


@pytest.fixture
def jonas(desk: Desk, tmp_path: Path) -> Gmail:
    return Gmail(desk, tmp_path, JONAS)


def test_from_arrived_to_solved_with_the_panel_alone(desk: Desk, jonas: Gmail, ticket: tuple[str, str]) -> None:
    with desk.calls() as calls:
        card = jonas.opens(*ticket)
        assert card.says("Owner") == ("Ana Ruiz", "")
        card = jonas.clicks(card.buttons["Take over"])
        assert card.says("Owner") == ("You", "")
        card = jonas.clicks(card.buttons["Undo"])
        assert card.says("Owner") == ("Ana Ruiz", "")
        card = jonas.clicks(jonas.opens(*ticket).buttons["Take over"])
        card = jonas.clicks(jonas.opens(*ticket).buttons["Waiting on customer"])
        assert card.says("Status and priority") == ("Waiting on customer · Normal", "")
        card = jonas.clicks(jonas.opens(*ticket).buttons["Solve"])
        assert card.title.startswith("Solved")
        assert "Reopen" in card.buttons
        assert jonas.clicks(card.buttons["Reopen"]).title == "8 h left"
    assert calls == {}
    assert desk.ticket(ticket[1]).owner == JONAS


def test_the_notice_says_what_was_done(jonas: Gmail, ticket: tuple[str, str]) -> None:
    answer = jonas.clicked(jonas.opens(*ticket).buttons["Take over"])
    assert notice_of(answer) == "The ticket is yours."
    assert answer.get_json()["stateChanged"] is True
    assert [list(step) for step in answer.get_json()["renderActions"]["action"]["navigations"]] == [["updateCard"]]


def test_a_click_that_comes_twice_acts_once_and_shows_the_fresh_card(
    desk: Desk, jonas: Gmail, ticket: tuple[str, str]
) -> None:
    click = jonas.opens(*ticket).buttons["Take over"]
    first, again = jonas.clicked(click), jonas.clicked(click)
    assert (notice_of(first), notice_of(again)) == ("The ticket is yours.",) * 2
    assert jonas.shown(again).says("Owner") == ("You", "")
    assert desk.kinds(ticket[1]).count(Kind.ASSIGNED) == 2


def test_whoever_was_slower_is_told_who_was_faster_and_sees_the_fresh_card(
    desk: Desk, ana: Gmail, jonas: Gmail, ticket: tuple[str, str]
) -> None:
    stale = jonas.opens(*ticket).buttons["Take over"]
    desk.clock.forward(minutes=5)
    ana.clicks(ana.opens(*ticket).buttons["Waiting on customer"])
    answer = jonas.clicked(stale)
    card = jonas.shown(answer)
    assert notice_of(answer).startswith("Ana Ruiz was faster.")
    assert answer.get_json()["stateChanged"] is False
    assert next(iter(card.widgets))["decoratedText"]["text"] == "<b>Ana Ruiz was faster.</b>"
    assert card.says("Owner") == ("Ana Ruiz", "")


def test_a_hold_lasts_until_the_readers_own_date_and_time(desk: Desk, ana: Gmail, answered: tuple[str, str]) -> None:
    form = ana.clicks(ana.opens(*answered).buttons["On hold"])
    card = ana.clicks(form.buttons["Put on hold"], {"reason": "supplier", "until": local("2026-11-26T09:00")})
    assert card.title == "On hold until Thu 09:00 CET"
    assert card.says("Put on hold by Ana Ruiz") == ("“supplier”", "")
    assert card.says("When it resumes")[1] == "Thu 09:00 CET, or when the customer writes"
    assert ana.clicks(card.buttons["Resume now"]).title == "8 h left"


@pytest.mark.parametrize(("button", "until"), [("Until tomorrow", "Wed"), ("2 days", "Thu")])
def test_a_hold_takes_a_date_from_its_button(ana: Gmail, answered: tuple[str, str], button: str, until: str) -> None:
    form = ana.clicks(ana.opens(*answered).buttons["On hold"])
    said = {"reason": "supplier", "words": "The lens comes from Lyon", "until": local("2027-01-01T09:00")}
    card = ana.clicks(form.buttons[button], said)
    assert card.title.startswith(f"On hold until {until}")
    assert card.says("Put on hold by")[0] == "“The lens comes from Lyon”"


def test_what_was_typed_stays_and_the_complaint_stands_at_its_field(ana: Gmail, answered: tuple[str, str]) -> None:
    form = ana.clicks(ana.opens(*answered).buttons["On hold"])
    said = {"words": "The supplier’s truck", "until": local("2026-11-01T09:00"), "keeps_on_reply": "on"}
    again = ana.clicks(form.buttons["Put on hold"], said)
    assert again.title == "Put on hold"
    assert again.field("words")["value"] == "The supplier’s truck"
    assert again.field("until")["valueMsEpoch"] == said["until"]["dateTimeInput"]["msSinceEpoch"]  # type: ignore[index]
    assert again.field("keeps_on_reply")["items"][0]["selected"] is True
    assert "future" in again.text
    card = ana.clicks(again.buttons["Put on hold"], {**said, "until": local("2026-11-26T09:00")})
    assert card.title == "On hold until Thu 09:00 CET"


def test_priority_and_tags_are_changed_together(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.clicks(ana.opens(*ticket).buttons["Change"])
    card = ana.clicks(form.buttons["Save"], {"priority": "high", "tags": "refund, order 1182"})
    assert card.says("Status and priority") == ("Open · High", "order 1182 · refund")
    form = ana.clicks(card.buttons["Change"])
    assert form.field("tags")["value"] == "order 1182, refund"
    card = ana.clicks(form.buttons["Save"], {"priority": "high"})
    assert card.says("Status and priority") == ("Open · High", "")
    answer = ana.clicked(ana.clicks(card.buttons["Change"]).buttons["Save"], {"priority": "high"})
    assert notice_of(answer) == "Nothing was different, so nothing was changed."


def test_a_note_is_kept_and_whoever_it_mentions_gets_a_mail(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.clicks(ana.opens(*ticket).buttons["More"])
    form = ana.clicks(form.rows["Add note"])
    answer = ana.clicked(form.buttons["Add note"], {"text": "@Jonas can you ask accounting?"})
    assert notice_of(answer) == "The note is added. Jonas Weber gets a mail."
    card = ana.shown(answer)
    assert "“@Jonas can you ask accounting?”" in card.text
    desk.catch_up()
    assert JONAS in desk.mailed()


def test_a_note_that_mentions_nobody_known_comes_back_with_its_text(ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.asks_for(ana.opens(*ticket), "Add note")
    again = ana.clicks(form.buttons["Add note"], {"text": "@Nobody look"})
    assert again.field("text")["value"] == "@Nobody look"
    assert "is nobody on the people list" in again.text


def test_a_ticket_is_handed_over_to_somebody_on_the_list(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.clicks(ana.opens(*ticket).buttons["Hand over"])
    assert [item["value"] for item in form.field("to")["items"]] == ["", CLAIRE, JONAS], "it is Ana's"
    answer = ana.clicked(form.buttons["Hand over"], {"to": JONAS})
    assert notice_of(answer) == "The ticket is with Jonas Weber now."
    assert ana.shown(answer).says("Owner") == ("Jonas Weber", "")
    assert [list(step) for step in answer.get_json()["renderActions"]["action"]["navigations"]] == [
        ["pop"],
        ["updateCard"],
    ]


def test_from_a_form_behind_more_two_cards_are_closed(ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.asks_for(ana.opens(*ticket), "Hand over")
    steps = ana.clicked(form.buttons["Hand over"], {"to": JONAS}).get_json()["renderActions"]["action"]["navigations"]
    assert [list(step) for step in steps] == [["pop"], ["pop"], ["updateCard"]]


def test_an_answer_by_phone_meets_the_promise(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    desk.clock.forward(minutes=30)
    form = ana.asks_for(ana.opens(*ticket), "I answered elsewhere")
    card = ana.clicks(form.buttons["Record the answer"], {"how": "phone", "at": local("2026-11-24T11:08")})
    assert card.says("First response") == ("Answered in 20 min", "Met · 3 h 40 min to spare")


def test_only_leads_may_give_more_time(desk: Desk, ana: Gmail, tmp_path: Path, ticket: tuple[str, str]) -> None:
    assert "Give more time" not in ana.clicks(ana.opens(*ticket).buttons["More"]).rows
    claire = Gmail(desk, tmp_path, CLAIRE)
    form = claire.asks_for(claire.opens(*ticket), "Give more time")
    said = {"metric": "first_response", "length": "2h", "reason": "The supplier is closed"}
    assert claire.clicks(form.buttons["Give more time"], said).title == "6 h left"


def test_escalating_tells_the_lead(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.asks_for(ana.opens(*ticket), "Escalate now")
    card = ana.clicks(form.buttons["Escalate now"], {"words": "He threatens to sue"})
    assert card.says("Escalated 10:48")[0] == "Ana Ruiz escalated the ticket"
    desk.catch_up()
    assert CLAIRE in desk.mailed()


def test_whoever_owns_a_ticket_can_mute_its_reminders(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    desk.owned_by(ticket[1], ANA)
    ana.clicks(ana.clicks(ana.opens(*ticket).buttons["More"]).rows["Mute my reminders"])
    assert desk.kinds(ticket[1])[-1] is Kind.MUTED

    desk.owned_by(ticket[1], JONAS)
    assert "Mute my reminders" not in ana.clicks(ana.opens(*ticket).buttons["More"]).rows


def test_an_absence_is_set_from_home_and_taken_back(ana: Gmail, ticket: tuple[str, str]) -> None:
    form = ana.clicks(ana.comes_home().buttons["My absence"])
    assert [item["value"] for item in form.field("substitute")["items"]] == ["", CLAIRE, JONAS]
    said = {"start": local("2026-12-01"), "until": local("2026-12-04"), "substitute": JONAS}
    answer = ana.clicked(form.buttons["Save"], said)
    assert notice_of(answer) == "You are away from 2026-12-01 and back on 2026-12-04; Jonas Weber stands in."
    assert ana.shown(answer).card["name"] == "home"
    again = ana.clicks(ana.comes_home().buttons["My absence"])
    assert again.field("start")["valueMsEpoch"] == said["start"]["dateTimeInput"]["msSinceEpoch"]  # type: ignore[index]
    assert notice_of(ana.clicked(again.buttons["I am here"], said)) == "You are not away."


def test_the_mailboxs_own_account_acts_as_somebody_and_takes_nothing(
    desk: Desk, tmp_path: Path, ticket: tuple[str, str]
) -> None:
    support = Gmail(desk, tmp_path, SUPPORT)
    card = support.opens(*ticket)
    assert not {"Take it", "Take over"} & card.buttons.keys()
    assert "Take it" not in support.clicks(card.buttons["More"]).rows
    support.clicks(support.clicks(card.buttons["Hand over"]).buttons["Hand over"], {"to": JONAS})
    assert desk.ticket(ticket[1]).owner == JONAS
    assert [event.actor for event in desk.events(ticket[1]) if event.kind is Kind.ASSIGNED][-1] is None


def test_a_ticket_that_is_none_becomes_one_again(desk: Desk, ana: Gmail, ticket: tuple[str, str]) -> None:
    more = ana.clicks(ana.opens(*ticket).buttons["More"])
    card = ana.clicks(more.rows["Not a ticket"])
    assert (card.title, card.subtitle) == ("Not a ticket", "No promise runs for this thread")
    assert ana.clicks(card.buttons["Make it a ticket"]).title == "4 h left"


def test_a_thread_in_which_only_machines_wrote_can_be_made_a_ticket(desk: Desk, ana: Gmail) -> None:
    news = desk.writes(
        "news@trade.example",
        "The market grows.",
        "This week",
        headers={"List-Unsubscribe": "<mailto:x@trade.example>", "Precedence": "bulk"},
    )
    desk.catch_up()
    desk.clock.forward(minutes=30)
    card = ana.opens(news.message_id, news.thread_id)
    assert card.title == "Not a ticket"
    assert ana.clicks(card.buttons["Make it a ticket"]).title == "3 h 30 min left"
    assert desk.ticket(news.thread_id).requester == "news@trade.example"
