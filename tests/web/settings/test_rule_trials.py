"""Rules tried out: against a mail somebody writes or pastes, and a rule as it is typed against the newest tickets."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.domain.timeline import Kind
from inboxsla.services import rule_matches
from tests.web.reading import words
from tests.web.settings.filling import send, send_again
from tests.web.settings.ruled import RULES, ruled
from tests.web.shop import Shop, minutes

PAGE = "/settings/rules/test"
MONEY = "/settings/rules/edit?name=Money"


def came_to(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return words(BeautifulSoup(answer.text, "lxml").select_one("#trial"))


def tried(browser: FlaskClient, **fields: str) -> str:
    form = {f"try.{name.removesuffix('_')}": text for name, text in fields.items()}
    return came_to(send(browser, PAGE, "try:message", "form#try-form", **form))


def test_a_mail_is_tried_with_what_matches_why_and_when_it_is_due(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    said = tried(claire, from_="Zofia <zofia@poczta.example>", subject="Refund?", body="help", at="2026-11-25T09:00")

    assert "Policy: Standard support because no rule names another" in said
    assert "First response due 10:00 CET Resolution due 14:00 CET Priority High" in said
    assert "Rule “Money” matched: the subject contains “refund”. It decides priority high; tag “money”" in said
    assert "Rule “VIP” matched: the sender is on the gold list." in said
    assert "1 rule does not match Rule “Too late” was not looked at: “The rest” ends the list." in said


def test_a_pasted_mail_counts_with_its_headers(lumen: Shop, claire: FlaskClient) -> None:
    news = {
        "name": "News",
        "when": {"header": {"name": "List-Id", "contains": "offers"}},
        "then": {"not_a_ticket": True},
    }
    ruled(lumen, news)
    raw = "From: shop@ads.example\nDate: Mon, 23 Nov 2026 12:00:00 +0100\nSubject: 50 % off\nList-Id: <offers.ads.example>\n\nBuy"

    said = tried(claire, raw=raw)

    assert "comes in Mon 12:00 CET" in said
    assert "It would not be a ticket: no timer, no label, no mail." in said


def test_what_cannot_be_tried_is_said_and_kept(lumen: Shop, claire: FlaskClient) -> None:
    assert "“nobody” is not a mail address" in tried(claire, from_="nobody", subject="x")
    assert "“soon” is no time. Write it like 2026-11-24 17:30." in tried(claire, from_="a@x.example", at="soon")
    assert "came in the year 1." in tried(claire, from_="a@x.example", at="0001-01-01T00:00")
    assert "No mailbox sales@lumenvelo.example is known here" in tried(
        claire, from_="a@x.example", mailbox="sales@lumenvelo.example"
    )
    for odd in ("\x00", "Subject", "a@x.example\r\nBcc: b@x.example", "=?utf-8?q?=00?= <a@x.example>"):
        tried(claire, from_=odd, subject=odd, body=odd)
        tried(claire, raw=odd)
    assert claire.get(PAGE).status_code == 200


def test_a_rule_is_tried_as_it_is_typed_before_anything_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    lamp = lumen.asks("A lamp", "Kofi", ago=minutes(5))
    lumen.asks("My refund", "Zofia", ago=minutes(4))

    answer = send(claire, MONEY, "try:tickets", **{"when.rows.0.value": "lamp"})

    shown = BeautifulSoup(answer.text, "lxml")
    assert "It matches 1 of the newest 2 tickets." in came_to(answer)
    assert [str(link["href"]) for link in shown.select("#trial a")] == [f"/tickets/{lamp}"]
    message = {"when.rows.0.value": "lamp", "try.from": "a@x.example", "try.subject": "A lamp please"}
    assert "the subject contains “lamp”" in came_to(send(claire, MONEY, "try:message", **message))
    wrong = send_again(claire, MONEY, answer, "try:tickets", **{"when.rows.0.value": ""})
    assert "What is written cannot be tried yet" in came_to(wrong)


def test_a_mail_longer_than_other_forms_can_be_pasted(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    assert "the subject contains “refund”" in tried(
        claire, raw="From: a@x.example\nSubject: refund\n\n" + "x" * 300_000
    )


def test_counting_ends_when_its_time_is_up_and_says_of_how_many_it_speaks(lumen: Shop) -> None:
    ruled(lumen)
    for nth in range(rule_matches.AT_ONCE + 5):
        lumen.asks("My refund", "Zofia", ago=minutes(nth))

    counted = rule_matches.in_force_now(lumen.ports, seconds=-1)

    assert (counted.looked_at, counted.wanted) == (rule_matches.AT_ONCE, rule_matches.AT_ONCE + 5)
    assert counted.matched["Money"] == rule_matches.AT_ONCE


def test_what_people_set_by_hand_counts_when_rules_are_asked_again(lumen: Shop) -> None:
    tagged = {"name": "Tagged", "when": {"tag": {"is": "money"}}, "then": {"priority": "high"}}
    ruled(lumen, RULES[0], tagged)
    lamp = lumen.asks("A lamp", "Kofi", ago=minutes(5))
    lumen.asks("A bell", "Kofi", ago=minutes(5))
    lumen.happens(lamp, Kind.TAGGED, {"add": ["money"], "remove": []})

    counted = rule_matches.in_force_now(lumen.ports)

    assert (counted.matched, counted.first) == ({"Tagged": 1}, {"Tagged": 1})
