"""The page on mails to staff: how many and which, the ways out with their tests, and whose mails come back."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.config.document.model import Notifications
from inboxsla.services import in_force
from inboxsla.storage import unreachable
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import ANA, TUESDAY, Shop

PAGE = "/settings/notifications"


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")


def now_is(lumen: Shop) -> Notifications:
    return in_force.current(lumen.ports).document.notifications


def test_rules_are_saved_once_their_effect_was_seen(lumen: Shop, claire: FlaskClient) -> None:
    looked = send(claire, PAGE, "look", cap_per_hour="5", merge_within="never", skip_early_under="30m", digest=[])
    assert "cap per hour: 20 → 5" in words(read(looked))

    assert send_again(claire, PAGE, looked).status_code == 303
    saved = now_is(lumen)
    assert (saved.cap_per_hour, saved.merge_within, saved.skip_early_under, saved.digest) == (5, "never", "30m", False)
    assert "Of short promises, those of new tickets only" in words(page(claire, PAGE))
    assert send_again(claire, PAGE, send(claire, PAGE, "look", cap_per_hour="6")).status_code == 303
    assert "Of short promises" not in words(page(claire, PAGE)), "no policy says anything new"


def test_what_cannot_be_meant_is_said_at_its_field(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, PAGE, cap_per_hour="0", merge_within="soon", skip_early_under="2h")

    assert answer.status_code == 422
    shown = read(answer)
    assert shown.select_one("#f-cap_per_hour[aria-invalid]") is not None
    assert shown.select_one("#f-merge_within[aria-invalid]") is not None
    assert shown.select_one("#f-skip_early_under[aria-invalid]") is None
    assert now_is(lumen) == Notifications()


def test_a_test_mail_that_is_not_taken_says_why_and_stays_on_the_page(lumen: Shop, claire: FlaskClient) -> None:
    (token,) = fields(page(claire, PAGE), "#ways form")["form_token"]
    assert claire.post(f"{PAGE}/test", data={"form_token": token, "address": "nobody"}).status_code == 303
    assert "write the address it is to go to" in words(page(claire, PAGE).main)

    claire.post(f"{PAGE}/test", data={"form_token": token, "address": ANA})
    assert "The test mail was not taken" in words(page(claire, PAGE).main)
    assert "Tried last" in words(page(claire, PAGE).select_one("#ways"))


def test_a_route_for_alarms_that_is_not_set_is_said_to_be_missing(claire: FlaskClient) -> None:
    assert "None is set." in words(page(claire, PAGE).select_one("#alarms"))


def test_an_admin_says_that_somebodys_address_works_again(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.write() as conn:
        unreachable.note(conn, ANA, "It came back.", TUESDAY)
    shown = page(claire, PAGE)
    assert ANA in words(shown.select_one("#lost"))
    held = fields(shown, "#lost form")
    assert claire.post(f"{PAGE}/works-again", data=held).status_code == 303

    assert f"Mails to {ANA} go out again." in words(page(claire, PAGE).main)
    with lumen.ports.db.read() as conn:
        assert unreachable.addresses(conn) == frozenset()
    assert claire.post(f"{PAGE}/works-again", data=held).status_code == 303
    assert "have come back since" in words(page(claire, PAGE).main)
