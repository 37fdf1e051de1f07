"""Every field and operator of a condition, and the words for it, held or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.domain.rulebook import MESSAGE, holds, reasons
from tests.people import HOUR, june

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"sender": {"is": "Zofia@Shop.Big.Example"}}, "the sender is “Zofia@Shop.Big.Example”"),
        ({"sender": {"starts_with": "zofia@"}}, "the sender starts with “zofia@”"),
        ({"sender": {"one_of": ["x@y.example", "zofia@shop.big.example"]}}, "the sender is “zofia@shop.big.example”"),
        ({"domain": {"is": "shop.big.example"}}, "the sender’s domain is “shop.big.example”"),
        ({"domain": {"is": "@big.example"}}, "the sender’s domain is “@big.example”"),
        ({"domain": {"contains": "shop."}}, "the sender’s domain contains “shop.”"),
        ({"organisation": {"is": "big corp"}}, "the sender belongs to Big Corp"),
        ({"tier": {"one_of": ["silver", "Gold"]}}, "the sender is on the gold list"),
        ({"tier": {"starts_with": "go"}}, "the sender’s tier starts with “go”"),
        ({"recipient": {"is": "help@lumenvelo.example"}}, "it came to help@lumenvelo.example"),
        ({"recipient": {"contains": "help"}}, "an address it came to contains “help”"),
        ({"subject": {"is": "rear light: outage since monday"}}, "the subject is “rear light: outage since monday”"),
        ({"subject": {"contains": "Outage"}}, "the subject contains “Outage”"),
        ({"subject": {"matches": r"\bout(age|fall)\b"}}, r"the subject matches “\bout(age|fall)\b”"),
        ({"body": {"contains": "stopped working. My order"}}, "the body contains “stopped working. My order”"),
        ({"body": {"matches": r"^my order is lv-\d{5}\.$"}}, r"the body matches “^my order is lv-\d{5}\.$”"),
        ({"header": {"name": "x-priority", "is": "1"}}, "the header x-priority is “1”"),
        ({"header": {"name": "X-Form-Id", "one_of": ["a", "Warranty"]}}, "the header X-Form-Id is “Warranty”"),
        ({"attachment": {"contains": ".jpg"}}, "the name of an attachment contains “.jpg”"),
        ({"attachment": {"is": "INVOICE.PDF"}}, "an attachment is named “INVOICE.PDF”"),
        ({"attachment": {"matches": r"\.(jpe?g|png)$"}}, r"the name of an attachment matches “\.(jpe?g|png)$”"),
        ({"label": {"is": "warranty"}}, "it has the label “warranty”"),
        ({"channel": {"is": "email"}}, "the channel is “email”"),
        ({"tag": {"is": "standard"}}, "it is tagged “standard”"),
        ({"hours": {"is": "open", "calendar": "office"}}, "it came in the hours of “office”"),
        ({"size": {"at_least": "2 MB"}}, "it has 2 MB or more"),
        ({"size": {"at_least": 2_400_000}}, "it has 2.4 MB or more"),
        ({"repeated": {"at_least": 1, "days": 30}}, "the customer opened 1 ticket in the 30 days before"),
        ({"priority": {"at_least": "high"}}, "the priority is critical"),
        ({"priority": {"one_of": ["critical", "low"]}}, "the priority is critical"),
    ],
)
def test_what_holds_is_said(when: dict[str, Any], words: str) -> None:
    assert reasons(when, priority="critical", tags=("standard",)) == (True, words)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"sender": {"is": "zofia@big.example"}}, "the sender is not “zofia@big.example”"),
        (
            {"sender": {"one_of": ["a@b.example", "c@d.example"]}},
            "the sender is not “a@b.example” or “c@d.example”",
        ),
        ({"domain": {"is": "ig.example"}}, "the sender’s domain is not “ig.example”"),
        ({"domain": {"starts_with": "big"}}, "the sender’s domain does not start with “big”"),
        ({"tier": {"is": "silver"}}, "the sender is not on the silver list"),
        ({"recipient": {"is": "sales@lumenvelo.example"}}, "it did not come to sales@lumenvelo.example"),
        ({"recipient": {"starts_with": "sales"}}, "no address it came to starts with “sales”"),
        ({"subject": {"starts_with": "outage"}}, "the subject does not start with “outage”"),
        ({"subject": {"is": ""}}, "the subject is not empty"),
        ({"body": {"matches": "^order"}}, "the body does not match “^order”"),
        ({"header": {"name": "List-Id", "matches": "."}}, "no header List-Id matches “.”"),
        ({"attachment": {"contains": ".exe"}}, "no attachment’s name contains “.exe”"),
        ({"label": {"one_of": ["A", "B", "C", "D", "E"]}}, "it does not have the label “A”, “B”, “C” or 2 others"),
        ({"channel": {"is": "voicemail"}}, "the channel is not “voicemail”"),
        ({"tag": {"one_of": ["standard", "multi-touch"]}}, "it is not tagged “standard” or “multi-touch”"),
        ({"tag": {"contains": "touch"}}, "no tag contains “touch”"),
        ({"hours": {"is": "closed", "calendar": "office"}}, "it came in the hours of “office”"),
        ({"size": {"at_least": "2.5MB"}}, "it has less than 2.5 MB"),
        ({"repeated": {"at_least": 2, "days": 1}}, "the customer opened only 1 ticket in the day before"),
        ({"priority": {"at_least": "high"}}, "the priority is not at least high"),
        ({"priority": {"one_of": ["high", "low"]}}, "the priority is not high or low"),
    ],
)
def test_what_does_not_hold_is_said_too(when: dict[str, Any], words: str) -> None:
    assert reasons(when) == (False, words)
    assert reasons({"not": when}) == (True, words)


def test_of_any_the_one_that_held_is_named_and_of_all_the_first_that_did_not() -> None:
    yes, no = {"subject": {"contains": "outage"}}, {"subject": {"contains": "invoice"}}
    also_no = {"label": {"is": "Billing"}}

    assert reasons({"any": [no, also_no, yes]}) == (True, "the subject contains “outage”")
    assert reasons({"all": [yes, also_no, no]}) == (False, "it does not have the label “Billing”")
    assert reasons({"any": [no, also_no]}) == (
        False, "the subject does not contain “invoice” and it does not have the label “Billing”",
    )  # fmt: skip
    assert reasons({"not": {"any": [no, {"all": [yes, also_no]}]}}) == (
        True, "the subject does not contain “invoice” and it does not have the label “Billing”",
    )  # fmt: skip


def test_many_reasons_are_cut_short() -> None:
    wanted = {"any": [{"subject": {"contains": f"word {number}"}} for number in range(9)]}

    assert reasons(wanted)[1].endswith("“word 3” and 5 more of the kind")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("AUSFALL der Leuchte", "ausfall"),
        ("Ausfall der LEUCHTE", "Leuchte"),
        ("Die Straße", "STRASSE"),
        ("STRASSE", "straße"),
        ("Cafe\u0301", "CAFÉ"),
        ("CAFÉ", "cafe\u0301"),
        ("an out\u00adage", "outage"),
        ("light\u00a0broken", "light broken"),
        ("light\r\n   broken", "light broken"),
        ("ＯＵＴＡＧＥ", "outage"),
        ("İADE", "iade"),
        ("Yılmaz", "YILMAZ"),
    ],
)
def test_texts_are_compared_as_people_read_them(text: str, word: str) -> None:
    assert holds({"subject": {"contains": word}}, subject=text)
    assert holds({"body": {"is": text}}, body=text)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("AUSFALL", "ausfall"),
        ("Störung", "sto\u0308rung"),
        ("Sto\u0308rung", "STÖRUNG"),
        ("ticket\u00a012", r"ticket \d+"),
        ("out\u00adage", "outage"),
        ("Straße", "stra(ß|ss)e"),
        ("a\nb", "^b$"),
    ],
)
def test_patterns_ignore_case_and_how_accents_and_blanks_are_written(text: str, pattern: str) -> None:
    assert holds({"body": {"matches": pattern}}, body=text)


def test_a_letter_with_an_accent_is_another_letter() -> None:
    assert not holds({"subject": {"contains": "cafe"}}, subject="Cafe\u0301")


def test_an_international_domain_may_be_written_in_letters() -> None:
    assert holds({"domain": {"is": "müller.example"}}, sender="a@xn--mller-kva.example")
    assert holds({"sender": {"is": "a@MÜLLER.example"}}, sender="a@xn--mller-kva.example")


def test_another_domain_never_passes_for_a_listed_one() -> None:
    for sender in ("a@notbig.example", "a@big.example.evil.example", "big.example@evil.example", "a@bıg.example", "a@"):
        assert not holds({"tier": {"is": "gold"}}, sender=sender), sender
    assert not holds({"domain": {"is": "strasse.example"}}, sender="a@straße.example")


def test_an_address_on_a_list_counts_more_than_its_domain_and_a_long_domain_more_than_a_short_one() -> None:
    assert holds({"tier": {"is": "gold"}}, sender="CEO@small.example")
    assert holds({"tier": {"is": "silver"}}, sender="clerk@small.example")
    assert holds({"tier": {"is": "gold"}}, sender="clerk@a.b.big.example")


def test_the_customer_of_a_form_is_who_filled_it_in() -> None:
    form = {"sender": "form@lumenvelo.example", "requester": "ana@big.example"}

    for when in (
        {"sender": {"is": "form@lumenvelo.example"}},
        {"sender": {"is": "ana@big.example"}},
        {"domain": {"is": "lumenvelo.example"}},
        {"organisation": {"is": "Big Corp"}},
        {"tier": {"is": "gold"}},
    ):
        assert holds(when, **form), when


def test_the_calendar_is_asked_about_the_instant_of_the_message() -> None:
    closed = {"hours": {"is": "closed", "calendar": "office"}}

    assert reasons(closed, at=june("1 17:00")) == (True, "it came outside the hours of “office”")
    assert not holds(closed, at=june("1 16:59"))
    assert holds(closed, at=june("6 12:00")), "a Saturday"
    assert not holds({"hours": {"is": "closed", "calendar": "24x7"}}, at=june("6 12:00"))


def test_tickets_opened_before_are_counted_in_days_of_24_hours_back_from_the_message() -> None:
    twice = {"repeated": {"at_least": 2, "days": 30}}
    at = MESSAGE.at

    assert reasons(twice, earlier=(at - 30 * DAY, at - HOUR)) == (
        True, "the customer opened 2 tickets in the 30 days before",
    )  # fmt: skip
    assert not holds(twice, earlier=(at - 30 * DAY - HOUR, at - HOUR))
    assert not holds(twice, earlier=(at + HOUR, at - HOUR)), "what came later does not count"
    assert reasons(twice, earlier=()) == (False, "the customer opened no ticket in the 30 days before")


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    far = "x" * 70_000 + " outage"

    assert not holds({"body": {"contains": "outage"}}, body=far)
    assert holds({"body": {"contains": "outage"}}, body=far[10_000:])
    assert not holds({"body": {"matches": "outage"}}, body=far[10_000:])
    assert holds({"body": {"matches": "outage"}}, body=far[60_000:])
    names = (*["photo"] * 3_000, "outage.pdf")
    assert not holds({"attachment": {"matches": "outage"}}, attachments=names)
    assert holds({"attachment": {"matches": "outage"}}, attachments=names[1_000:])
    assert holds({"attachment": {"is": "outage.pdf"}}, attachments=names)


def test_an_empty_subject_can_be_asked_for() -> None:
    assert reasons({"subject": {"is": ""}}, subject=" \u200b ") == (True, "the subject is empty")
