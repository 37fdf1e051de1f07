"""What customers are told by themselves, on a policy's page."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.reading import page, words
from tests.web.settings.filling import fields, send
from tests.web.settings.test_policies import EDIT, LIST, looked_and_saved, named
from tests.web.shop import Shop, minutes

OWN = "notices__acknowledge_text"


def test_notices_are_off_until_they_are_ticked_and_saved(lumen: Shop, claire: FlaskClient) -> None:
    assert not page(claire, EDIT).select("input[name^='notices.'][checked]")

    answer = looked_and_saved(claire, EDIT, notices__acknowledge="yes", **{OWN: "Dear {name},\nwe try <b>hard</b>."})

    assert answer.status_code == 303
    saved = named(lumen).notices
    assert (saved.acknowledge, saved.on_hold, saved.still_with_us, saved.closing) == (True, False, False, False)
    example = page(claire, EDIT).select_one("#example-acknowledge")
    assert example is not None
    assert words(example).startswith("Hello Zofia, Dear Zofia, we try <b>hard</b>. Thank you for your message.")
    assert not example.select("b")


def test_a_field_that_nothing_fills_in_is_said_where_it_was_typed(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, EDIT, notices__closing="yes", **{OWN: "Order {order}"})

    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "lxml")
    told = {link["href"]: words(link) for link in shown.select("#wrong a")}
    assert "nothing is known as {order} here" in told["#f-notices-acknowledge_text"].lower()
    assert "say under limits how long before" in words(shown.select_one("#wrong")).lower(), "all is said at once"
    assert all(shown.select_one(link) for link in told)


def test_a_closing_notice_needs_to_know_when_it_comes(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, EDIT, notices__closing="yes")

    shown = BeautifulSoup(answer.text, "lxml")
    told = words(shown.select_one("#wrong"))
    assert "say under Limits how long before" in told
    assert "auto_close" not in told
    tick = shown.select_one("#f-notices-closing")
    assert tick is not None
    assert "say under Limits" in words(shown.select_one(f"#{tick['aria-describedby'].split()[0]}"))


def test_the_example_follows_what_is_typed(lumen: Shop, claire: FlaskClient) -> None:
    form = {**fields(page(claire, EDIT)), "notices.on_hold_text": ["Because {reason}."]}

    shown = BeautifulSoup(claire.post(f"{LIST}/echo?name=Standard+support", data=form).text, "lxml")

    example = words(shown.select_one("#example-on_hold"))
    assert "Because we are waiting for a supplier. Your request is on hold until Tuesday, 12 January 2027" in example


def test_how_many_customers_would_have_been_told_is_said_before_a_notice_is_saved(
    lumen: Shop, claire: FlaskClient
) -> None:
    lumen.asks("Late", "Zofia", ago=minutes(50))
    form = fields(page(claire, EDIT)) | {"notices.acknowledge": ["yes"], "notices.still_with_us": ["yes"]}

    shown = BeautifulSoup(claire.post(EDIT, data=form | {"do": "replay:90"}).text, "html.parser").select_one("#effect")

    assert "Customers would have been told by when a person answers 0 → then 1" in words(shown)
    off = claire.post(EDIT, data=fields(page(claire, EDIT)) | {"do": "replay:90"})
    assert "would have been told" not in off.text


def test_who_makes_a_mailbox_live_sees_what_customers_would_have_been_told(lumen: Shop, claire: FlaskClient) -> None:
    assert looked_and_saved(claire, EDIT, notices__acknowledge="yes").status_code == 303
    lumen.asks("Lamp", "Zofia", ago=minutes(0))

    live = words(page(claire, f"/settings/mailboxes/{lumen.mailbox_id}/live").select_one("main"))
    shown = words(page(claire, f"/settings/mailboxes/{lumen.mailbox_id}/observed").select_one("main"))

    assert (
        "customers are told things too. While it was observed that would have been: by when a person answers (1)."
        in live
    )
    assert "Customers would have been told: by when a person answers (1)." in shown
    assert "The customer is told by when a person answers" in shown
