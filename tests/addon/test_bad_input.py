"""Whatever comes: a card that says what is wrong, never a 500, and nobody's markup is interpreted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.events import NotAnEvent, gmail_id, read
from addon.parameters import OldCard, Parameters
from tests.addon.gmail import Gmail, card_of, notice_of
from tests.builders import ANA, JONAS, MORNING, SUPPORT, Desk

PATHS = ("/addon/message", "/addon/home", "/addon/act", "/addon/show")
NONSENSE = [b"", b"{", b"[]", b"null", b'"text"', b"7", b"\xff\xfe", b"[" * 5000, b'{"a":' * 5000]
MARKUP = '<script>alert(1)</script> <a href="https://mallory.example">Click</a> <b>&amp;'
RTL = "\u202eمحمد الحسن\u2066 טל"


def test_what_is_no_event_gets_a_card_that_says_so(ana: Gmail) -> None:
    for path in PATHS:
        for body in NONSENSE:
            card = ana.shown(ana.post(path, body))
            assert card.title == "Gmail's request was not understood"
            assert card.subtitle == "Nothing was changed"


def test_a_megabyte_gets_a_card_that_says_it_is_too_much(ana: Gmail) -> None:
    event = ana.event(common={"formInputs": {"text": {"stringInputs": {"value": ["x" * 1_000_000]}}}})
    for path in PATHS:
        assert ana.shown(ana.post(path, event)).title == "That was too much at once"


def test_a_megabyte_from_a_stranger_is_not_even_read(ana: Gmail) -> None:
    assert ana.post("/addon/message", b"x" * 1_000_000, token="").status_code == 401


@pytest.mark.parametrize("missing", ["commonEventObject", "gmail"])
def test_missing_objects_are_answered_with_a_card(ana: Gmail, missing: str) -> None:
    for path in PATHS:
        event = ana.event(gmail={"messageId": "msg-f:1", "threadId": "thread-f:1"})
        del event[missing]
        assert ana.shown(ana.post(path, event)).title


def test_without_the_object_that_names_the_person_google_is_asked_for_it(ana: Gmail) -> None:
    event = ana.event()
    del event["authorizationEventObject"]
    assert list(ana.post("/addon/home", event).get_json()) == ["requesting_google_scopes"]


ODD_IDS: list[dict[str, Any]] = [
    {"messageId": 7, "threadId": ["x"]},
    {"messageId": "msg-f:", "threadId": "thread-f:-1"},
    {"messageId": "msg-f:" + "9" * 400, "threadId": "thread-f:" + "9" * 20},
    {"messageId": "msg-a:r" + "x" * 4000, "threadId": "thread-a:" + "\x00"},
    {"messageId": "'; DROP TABLE tickets; --", "threadId": "../../etc/passwd"},
    {"messageId": "msg-f:1", "threadId": "thread-f:1", "toRecipients": 7, "ccRecipients": [7, None, {}]},
]


def test_ids_that_are_none_lead_nowhere(ana: Gmail) -> None:
    ana.user_token = ""
    for odd in ODD_IDS:
        card = ana.shown(ana.post("/addon/message", ana.event(gmail=odd)))
        assert card.title == "Not in a shared mailbox"


def test_a_thread_with_two_hundred_recipients_is_shown(desk: Desk, ana: Gmail) -> None:
    people = [f"Person {n} <person{n}@customer.example>" for n in range(200)]
    mail = desk.writes(to=f"{SUPPORT}, {', '.join(people)}")
    desk.catch_up()
    card = ana.opens(mail.message_id, mail.thread_id, toRecipients=people, ccRecipients=people)
    assert card.title == "4 h left"


@pytest.mark.parametrize("subject", [MARKUP, RTL, "🚲" * 300, " \t ", "a\u2028b\x00c", "=?utf-8?q?=3Cb=3E?="])
def test_hostile_subjects_names_and_texts_are_shown_and_never_interpreted(desk: Desk, ana: Gmail, subject: str) -> None:
    mail = desk.writes(
        f'"{subject[:40].strip() or "x"}" <mallory@customer.example>', subject + " ".join([subject] * 30), subject
    )
    desk.catch_up()
    ana.opens(mail.message_id, mail.thread_id)
    home = ana.comes_home()
    for click in home.rows.values():
        ticket = ana.clicks(click)
        ana.clicks(ana.clicks(ticket.buttons["More"]).buttons["What happened"])
        assert "<script" not in json.dumps(ticket.card)
        assert "<a href" not in json.dumps(ticket.card)


def test_parameters_we_did_not_sign_are_refused_with_a_card(ana: Gmail) -> None:
    for path in ("/addon/act", "/addon/show"):
        for token in ("", "x", "e30.abc", "x" * 20_000, "\x00", "🙂"):
            card = ana.shown(ana.post(path, ana.event(common={"parameters": {"p": token}})))
            assert card.title == "Please open this anew"


def test_parameters_that_were_changed_are_refused(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    click = ana.opens(mail.message_id, mail.thread_id).buttons["Waiting on customer"]
    value = click["action"]["parameters"][0]["value"]
    for changed in (value[:-1] + ("A" if value[-1] != "A" else "B"), value[1:], value + "A", value.swapcase()):
        click["action"]["parameters"][0]["value"] = changed
        assert ana.clicks(click).title == "Please open this anew"
    assert desk.ticket(mail.thread_id).status == "open"


def test_a_card_of_yesterday_and_one_of_somebody_else_do_nothing(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    click = ana.opens(mail.message_id, mail.thread_id).buttons["Waiting on customer"]
    ana.person = JONAS
    assert ana.clicks(click).title == "Please open this anew"
    ana.person = ANA
    desk.clock.forward(hours=24, seconds=1)
    assert ana.clicks(click).title == "Please open this anew"
    assert desk.ticket(mail.thread_id).status == "open"


NOWHERE: list[dict[str, Any]] = [
    {"do": "explode", "ticket": 1},
    {"do": "", "ticket": 1},
    {"do": "solve", "ticket": 10**12},
    {"do": "solve", "ticket": -1},
    {"do": "solve"},
    {"do": "make_ticket", "mailbox": "other@lumenvelo.example", "thread": "1"},
    {"do": "change"},
    {"do": "solve", "ticket": "1"},
]


def test_acts_that_do_not_exist_or_lead_nowhere_change_nothing(ana: Gmail) -> None:
    for values in NOWHERE:
        assert ana.clicks(_signed(ana, "/addon/act", values)).title == "This ticket is not here"


def test_cards_that_do_not_exist_lead_nowhere(ana: Gmail) -> None:
    for what in ("", "explode", "ticket", "more", "timeline", "why", "hold", "note"):
        card = ana.clicks(_signed(ana, "/addon/show", {"show": what, "ticket": 4711}))
        assert card.title == "This ticket is not here"


ABSURD: list[tuple[str, str, Any]] = [
    ("hold", "until", {"dateTimeInput": {"msSinceEpoch": "9" * 30}}),
    ("hold", "until", {"dateTimeInput": {"msSinceEpoch": "soon"}}),
    ("hold", "until", {"dateTimeInput": {"msSinceEpoch": None}}),
    ("hold", "until", {"dateTimeInput": {"msSinceEpoch": -(10**14)}}),
    ("hold", "reason", ["x" * 20_000]),
    ("hold", "reason", [[["x"]]]),
    ("note", "text", ["x" * 20_000]),
    ("note", "text", {"stringInputs": 7}),
    ("priority", "priority", ["critical", "low"]),
    ("priority", "tags", [",".join(f"tag{n}" for n in range(3_000))]),
    ("hand_over", "to", ["mallory@elsewhere.example"]),
    ("hand_over", "to", {"fileInputs": {}}),
    ("answered_elsewhere", "at", {"dateTimeInput": {"msSinceEpoch": "4102444800000"}}),
    ("answered_elsewhere", "how", ["<b>shouting</b>"]),
    ("absence", "start", {"dateInput": {"msSinceEpoch": "9" * 25}}),
    ("absence", "start", {"timeInput": {"hours": 99, "minutes": "x"}}),
]


def test_absurd_values_come_back_with_a_complaint(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    ticket = desk.ticket(mail.thread_id).id
    for form, name, value in ABSURD:
        shown = ana.clicks(_signed(ana, "/addon/show", {"show": form, "ticket": ticket, "up": 1}))
        button = next(click for click in shown.buttons.values() if "action" in click)
        answer = ana.clicked(button, {name: value})
        assert card_of(answer)["name"].startswith("form-") or notice_of(answer), (form, name, value)
        assert ana.shown(answer).text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES := ["commonEventObject", "authorizationEventObject", "gmail", "formInputs", "parameters", "timeZone", "id", "p", "messageId", "threadId", "stringInputs", "value", "dateTimeInput", "msSinceEpoch", "authorizedScopes", "toRecipients", "platform"]), inner, max_size=5), max_leaves=30))  # fmt: skip
def test_every_json_is_read_or_refused(event: Any) -> None:
    try:
        posted = read(json.dumps(event).encode())
    except NotAnEvent:
        assert not isinstance(event, dict)
        return
    assert all(isinstance(value, str) for value in posted.form.values())


@given(st.text(max_size=40))
def test_every_text_is_an_id_or_none(text: str) -> None:
    found = gmail_id(text)
    assert not (found.hex and found.alias)
    assert found.asked.isascii()


@given(st.text(max_size=200))
def test_no_text_passes_for_a_signature(text: str) -> None:
    with pytest.raises(OldCard):
        Parameters("k" * 40).read(text, ANA, MORNING)


def _signed(ana: Gmail, path: str, values: dict[str, Any]) -> dict[str, Any]:
    """A click as if one of our cards had made it."""
    key = str(ana.client.application.config["SECRET_KEY"])
    token = Parameters(key).signer(ana.person, ana.desk.clock())(values)
    return {"action": {"function": f"http://127.0.0.1:8000{path}", "parameters": [{"key": "p", "value": token}]}}
