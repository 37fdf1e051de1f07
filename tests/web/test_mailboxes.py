"""The page of mailboxes: connecting through Google's consent page, making live, the switch; and what forged answers get."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from inboxsla.services import deliver, setup, sign_in, sync, writing
from inboxsla.storage.database import Database
from inboxsla.web import mailboxes
from tests.office import DESK, SALES, Office, an_office, set_anew
from tests.web.browsing import DESKTOP, NARROW, PHONE, serving, sideways, window
from tests.web.shop import TUESDAY, Clock, Shop, StillBell, minutes, pages, shop

PAGE = "/settings/mailboxes"


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    with an_office(sqlite_database, tmp_path / "data") as made:
        yield made


def as_shop(office: Office) -> Shop:
    return Shop(office.ports, Clock(TUESDAY), StillBell())


def signed_in(office: Office) -> FlaskClient:
    browser = pages(as_shop(office)).test_client()
    browser.get(sign_in.make_link(office.ports, "http://localhost"))
    return browser


def text_of(answer: object) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", str(getattr(answer, "text", answer)))).split())


def token(browser: FlaskClient) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', browser.get(PAGE).text)
    assert found
    return found[1]


def press(browser: FlaskClient, path: str, **form: str) -> str:
    """Send one of the page's forms and read what comes of it."""
    answer = browser.post(PAGE + path, data={"form_token": token(browser), **form}, follow_redirects=True)
    return text_of(answer)


def to_google(browser: FlaskClient, address: str = DESK) -> str:
    """Where “Connect” leads."""
    answer = browser.post(f"{PAGE}/connect", data={"form_token": token(browser), "address": address})
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found, text_of(answer)
    return unescape(found[1])


def back(url: str) -> str:
    """Google's consent page sends the browser on; the path it is sent to."""
    landed = urlsplit(requests.get(url, allow_redirects=False, timeout=10).headers["Location"])
    assert landed.netloc == "localhost"
    return f"{landed.path}?{landed.query}"


def test_the_button_leads_to_google_and_back_to_a_connected_mailbox(office: Office) -> None:
    browser = signed_in(office)
    assert "No mailbox is connected yet" in text_of(browser.get(PAGE))
    url = to_google(browser)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["redirect_uri"], asked["login_hint"]) == (f"http://localhost{PAGE}/connected", DESK)
    said = text_of(browser.get(back(url), follow_redirects=True))
    assert f"{DESK} is connected and observed" in said
    assert "Observed. It is read; nothing is written to Gmail and nobody is mailed." in said


def test_access_lost_is_shown_and_one_press_connects_again(office: Office) -> None:
    box = office.browser().mailbox
    office.store.revoke(DESK)
    sync.sync(office.ports, box.id)
    browser = signed_in(office)
    assert "No access since" in text_of(browser.get(PAGE))
    assert "Connect again" in text_of(browser.get(PAGE))
    browser.get(back(to_google(browser)))
    assert "No access" not in text_of(browser.get(PAGE))


def test_a_forged_or_used_answer_connects_nothing_and_says_what_to_do(office: Office) -> None:
    browser = signed_in(office)
    way = back(to_google(browser))
    forged = browser.get(re.sub("state=[^&]+", "state=guessed", way))
    assert forged.status_code == 400
    assert "Nobody here waits for this answer from Google" in text_of(forged)
    stranger = signed_in(office)
    assert "in the browser it was begun in" in text_of(stranger.get(way))
    assert office.mailbox() is None
    browser.get(way)
    assert "can be used once" in text_of(browser.get(way))


def test_what_goes_wrong_at_google_is_said_on_the_page(office: Office) -> None:
    browser = signed_in(office)
    office.consents.account = SALES
    assert f"This opens {SALES}, not {DESK}." in text_of(browser.get(back(to_google(browser))))
    office.consents.account, office.consents.denies = "", True
    assert "The consent was declined" in text_of(browser.get(back(to_google(browser))))
    assert "“desk” is not a mail address" in press(browser, "/connect", address="desk")
    google = office.settings.google.model_dump() | {"client_id": "", "client_secret": ""}
    assert "No OAuth client is set up yet" in press(
        signed_in(set_anew(office, google=google)), "/connect", address=DESK
    )


def test_a_mailbox_is_made_live_and_everything_is_stopped_and_goes_on(office: Office) -> None:
    box = office.browser().mailbox
    browser = signed_in(office)
    question = text_of(browser.get(f"{PAGE}/{box.id}/live"))
    assert f"Make {DESK} live?" in question
    assert "Nobody is mailed about what fell due before." in question
    assert f"{DESK} is live" in press(browser, f"/{box.id}/live")
    assert "live already" in press(browser, f"/{box.id}/live")
    assert "Labels and mail are stopped , by the setup link" in press(browser, "/stop")
    assert "Labels and mail are stopped" in text_of(browser.get("/tickets"))
    assert "Labels and mail go on." in press(browser, "/resume")
    assert writing.stopped(office.ports) is None
    assert browser.post(f"{PAGE}/999/live", data={"form_token": token(browser)}).status_code == 404


def labelled(office: Office, threads: int) -> int:
    """A live mailbox with so many labelled threads; its id."""
    box = office.browser().mailbox
    setup.live(office.ports, DESK, "ana")
    for number in range(threads):
        office.writes(f"Lamp {number}")
    sync.sync(office.ports, box.id)
    deliver.deliver(office.ports, box.id)
    return box.id


def test_disconnecting_asks_with_what_it_touches_and_shows_a_receipt(office: Office) -> None:
    box_id = labelled(office, 2)
    browser = signed_in(office)
    question = text_of(browser.get(f"{PAGE}/{box_id}/disconnect"))
    assert f"Disconnect {DESK}?" in question
    assert "Our labels come off 2 threads in Gmail" in question
    assert "2 tickets are deleted here for good. Download them first" in question
    saved = browser.get(f"{PAGE}/{box_id}/tickets.jsonl")
    assert {json.loads(line)["subject"] for line in saved.text.splitlines()} == {"Lamp 0", "Lamp 1"}
    receipt = press(browser, f"/{box_id}/disconnect")
    assert f"{DESK} is disconnected" in receipt
    assert "Our labels are off 2 threads." in receipt
    assert "The permission was taken back at Google." in receipt
    assert office.mailbox() is None


def test_tickets_can_be_kept_when_a_mailbox_is_disconnected_and_deleted_later(office: Office) -> None:
    box_id = labelled(office, 1)
    browser = signed_in(office)
    assert "1 ticket stays here, apart" in press(browser, f"/{box_id}/disconnect", keep="on")
    assert f"Delete what {DESK} brought?" in text_of(browser.get(f"{PAGE}/{box_id}/disconnect"))
    assert f"{DESK} is deleted, with 1 ticket." in press(browser, f"/{box_id}/disconnect")


def test_many_threads_are_disconnected_a_part_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    box_id = labelled(office, 3)
    browser = signed_in(office)
    monkeypatch.setattr(mailboxes, "PATIENCE", timedelta(0))
    first = press(browser, f"/{box_id}/disconnect")
    assert f"{DESK} is not disconnected yet" in first
    assert "Our labels are off 1 thread; 2 threads are left." in first
    assert "Go on disconnecting" in first
    monkeypatch.setattr(mailboxes, "PATIENCE", timedelta(minutes=1))
    assert f"{DESK} is disconnected" in press(browser, f"/{box_id}/disconnect")


@pytest.mark.parametrize("path", ["/connect", "/stop", "/resume", "/1/live", "/1/disconnect"])
def test_a_form_of_another_page_changes_nothing(office: Office, path: str) -> None:
    office.browser()
    browser = signed_in(office)
    foreign = token(signed_in(office))
    for form in ({}, {"form_token": foreign}):
        answer = browser.post(PAGE + path, data={"address": DESK, **form})
        assert answer.status_code == 400
        assert "Please load the page again" in text_of(answer)
    assert writing.stopped(office.ports) is None


def test_the_demo_connects_nothing(office: Office) -> None:
    browser = signed_in(set_anew(office, demo=True, mailboxes=[{"address": DESK}]))
    said = text_of(browser.get(PAGE))
    assert "This is the demo" in said
    assert "Connect mailbox" not in said
    assert "Disconnect" not in said


@pytest.mark.browser
def test_in_a_browser_the_whole_way_works_under_our_strict_policy(browser: Browser, office: Office) -> None:
    lumen = as_shop(office)
    with serving(lumen) as base, window(browser, lumen, base) as page:
        page.goto(base + PAGE)
        page.get_by_label("Address your customers write to").fill(DESK)
        page.get_by_role("button", name="Connect mailbox").click()
        expect(page.get_by_role("status")).to_contain_text(f"{DESK} is connected and observed")
        page.get_by_role("button", name="Stop them now").click()
        expect(page.get_by_text("Labels and mail are stopped, by")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_object_to_at_any_width(browser: Browser, office: Office, theme: str) -> None:
    connected = office.browser().mailbox
    lost = office.browser(SALES).mailbox
    office.store.revoke(SALES)
    sync.sync(office.ports, lost.id)
    writing.stop(office.ports, "Ana")
    lumen = as_shop(set_anew(office, mailboxes=[{"address": "orders@office.example"}]))
    with serving(lumen) as base, window(browser, lumen, base, theme=theme) as page:
        for size in (DESKTOP, PHONE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for path in (PAGE, f"{PAGE}/{connected.id}/disconnect"):
                page.goto(base + path)
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
                assert sideways(page) == 0


@pytest.mark.browser
def test_what_would_have_happened_has_its_page(browser: Browser, sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data")
    ticket = lumen.asks("Refund for order 1182 still missing", "Zofia Wiśniewska", ago=minutes(57))
    with serving(lumen) as base, window(browser, lumen, base) as page:
        page.goto(f"{base}/settings/mailboxes/{lumen.mailbox_id}/observed")
        expect(page.get_by_role("row").nth(1)).to_contain_text("The owner is reminded")
        for size in (DESKTOP, PHONE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert Axe().run(page).violations_count == 0
            assert sideways(page) == 0
        page.goto(f"{base}{PAGE}/{lumen.mailbox_id}/live")
        expect(page.get_by_text("These labels are written at once: SLA/Urgent on 1.")).to_be_visible()
        assert Axe().run(page).violations_count == 0
        page.goto(f"{base}/tickets/{ticket}")
        expect(page.get_by_text("none while observing; live it would be SLA/Urgent")).to_be_visible()
