"""Setting up step by step: each step saves what its own page would, and where to go on is read from what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import in_force, versions
from inboxsla.storage.database import Database
from tests.office import DESK, Office, set_anew
from tests.post import Post
from tests.web.reading import page, words
from tests.web.settings.beginning import START, browser, nothing_yet, shown, visitor
from tests.web.settings.filling import fields, send
from tests.web.shop import Shop, minutes


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    with nothing_yet(sqlite_database, tmp_path / "data") as made:
        yield made


def steps(found: BeautifulSoup) -> list[str]:
    return [words(link.select_one(".words")) for link in found.select("nav li a")]


def resumed_at(client: FlaskClient) -> str:
    return client.get(START).headers["Location"].rpartition("/")[2]


def test_the_setup_link_is_nobody_and_offers_no_mails_of_theirs(office: Office) -> None:
    links = [str(link["href"]) for link in page(browser(office), "/more").select("main a")]
    assert "/account" in links
    assert "/account/mails" not in links


def test_whoever_opens_an_empty_board_is_led_to_setting_up(office: Office) -> None:
    client = browser(office)
    assert page(client, "/tickets").select_one(f'.empty a[href="{START}"]') is not None
    office.browser()
    assert page(client, "/tickets").select_one(f'.banner a[href="{START}"]') is not None
    assert page(client, "/settings/mailboxes").select_one(f'a[href="{START}"]') is not None
    connecting_done = setup_live(office, client)
    assert connecting_done.status_code == 303
    assert page(client, "/tickets").select_one(f'a[href="{START}"]') is None


def setup_live(office: Office, client: FlaskClient) -> TestResponse:
    box = office.mailbox()
    assert box is not None
    held = fields(page(client, f"{START}/live"), "main form")
    assert held["mailbox"] == [str(box.id)]
    return client.post(f"{START}/live", data=held)


def test_it_goes_on_where_something_is_missing(office: Office, post: Post) -> None:
    client = browser(office)
    assert resumed_at(client) == "mailbox"
    office.browser()
    assert resumed_at(client) == "people"
    send(client, f"{START}/people", people__0__name="Ana Ruiz", people__0__address="ana@office.example")
    assert resumed_at(client) == "hours"
    send(client, f"{START}/hours", zone="Europe/Berlin")
    assert resumed_at(client) == "promises"
    send(client, f"{START}/promises", pace="standard")
    assert resumed_at(client) == "alarms"

    office = set_anew(office, alarms={"route": "smtp", "recipients": ["it@office.example"]}, smtp=post.settings())
    client = browser(office)
    assert resumed_at(client) == "alarms"
    client.post(f"{START}/alarms", data=fields(page(client, f"{START}/alarms"), "main form"))
    assert resumed_at(client) == "live"
    assert setup_live(office, client).status_code == 303
    assert steps(page(client, f"{START}/live")) == [
        "Mailbox , done desk@ office.example",
        "People , done 1 person",
        "Opening hours , done office, 40 h a week",
        "Promises , done First answer within 8h",
        "Archiving , done Archiving solves",
        "Second alarm route , done Tested",
        "Observe, then go live , done desk@ office.example",
    ]
    assert "Step 7 of 7 · about 1 minute left" in words(page(client, f"{START}/live"))


def test_a_mailbox_is_connected_and_leads_back_to_its_step(office: Office) -> None:
    client = browser(office)
    held = fields(page(client, f"{START}/mailbox"), "main form")

    wrong = client.post(f"{START}/mailbox", data={**held, "address": "desk"})
    assert wrong.status_code == 400
    assert "“desk” is not a mail address." in words(shown(wrong).select_one("[role=alert]"))

    for declines in (True, False):
        answer = client.post(f"{START}/mailbox", data={**held, "address": DESK})
        to_google = shown(answer).select_one("main a.btn")
        assert to_google is not None
        back = urlsplit(consented(office, str(to_google["href"]), declines))
        landed = client.get(f"{back.path}?{back.query}", follow_redirects=True)
        assert landed.request.path == f"{START}/mailbox"
        expected = "The consent was declined" if declines else f"{DESK} is connected and observed"
        assert expected in words(shown(landed))


def consented(office: Office, url: str, declines: bool) -> str:
    if declines:
        state = dict(part.partition("=")[::2] for part in urlsplit(url).query.split("&"))["state"]
        return f"http://localhost/settings/mailboxes/connected?error=access_denied&state={state}"
    return str(requests.get(url, allow_redirects=False, timeout=10).headers["Location"])


def test_without_an_oauth_client_it_says_what_to_write(office: Office) -> None:
    found = page(browser(set_anew(office, google={})), f"{START}/mailbox")
    assert "client_id =" in words(found.select_one("pre"))
    assert "http://localhost/settings/mailboxes/connected" in words(found)
    assert not found.select("main form")


def test_a_pace_becomes_the_promises_of_the_policy_there_is(office: Office) -> None:
    client = browser(office)
    send(client, f"{START}/hours", zone="Europe/Berlin")
    offered = page(client, f"{START}/promises")
    assert fields(offered)["pace"] == ["standard"]

    looked = send(client, f"{START}/promises", "show", pace="standard")
    lines = [words(line) for line in shown(looked).select("#example li")]
    assert lines[1] == (
        "A mail on Fri 27 Nov 15:30 CET answer by Mon 30 Nov 15:30 CET"
        " 1 h 30 min on Friday, closed Saturday to Sunday, then 6 h 30 min on Monday."
    )
    assert send(client, f"{START}/promises", pace="standard").headers["Location"] == f"{START}/archiving"
    policy = in_force.current(office.ports).document.policies[0]
    assert policy.targets.promised["first_response"].lengths == {
        "critical": "1h",
        "high": "4h",
        "normal": "8h",
        "low": "2 business days",
    }
    assert policy.calendar == "office"
    assert len(policy.steps) == 3

    send(client, f"{START}/promises", pace="always")
    assert in_force.current(office.ports).document.policies[0].calendar == "24x7"
    assert fields(page(client, f"{START}/promises"))["pace"] == ["always"]
    send(client, f"{START}/promises", pace="unhurried")
    assert in_force.current(office.ports).document.policies[0].calendar == "office"


def test_hours_that_were_right_as_they_came_are_no_missing_step(office: Office) -> None:
    client = browser(office)
    office.browser()
    send(client, f"{START}/people", people__0__name="Ana Ruiz", people__0__address="ana@office.example")
    send(client, f"{START}/hours")
    assert resumed_at(client) == "hours"

    send(client, f"{START}/promises", pace="standard")

    assert resumed_at(client) == "alarms"


def test_until_a_mailbox_is_live_its_open_tickets_get_what_is_being_set_up(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Read before anybody chose", "Zofia", ago=minutes(5))
    send(claire, f"{START}/promises", pace="unhurried")
    assert versions.listed(lumen.ports).lines[0].open_too

    lumen.live()
    send(claire, f"{START}/promises", pace="always")
    assert not versions.listed(lumen.ports).lines[0].open_too


def test_own_times_change_the_first_answer_only_and_must_make_sense(office: Office) -> None:
    client = browser(office)
    path = f"{START}/promises"
    slip = send(client, path, pace="own", own__normal="fast", own__high="1h")
    field = shown(slip).select_one("[aria-invalid=true]")
    assert field is not None
    assert field["name"] == "own.normal"
    assert "“fast” is not a time we know." in words(shown(slip).select_one("#f-own-normal-wrong"))
    none = send(client, path, pace="own", own__normal="")
    assert "Write how long a first answer may take" in words(shown(none).select_one("#wrong"))

    assert send(client, path, pace="own", own__normal="6h", own__high="1h").status_code == 303
    promised = in_force.current(office.ports).document.policies[0].targets.promised
    assert promised["first_response"].lengths == {"high": "1h", "normal": "6h"}
    assert promised["next_response"].lengths == {"normal": "8h"}


def test_what_archiving_means_is_said_for_every_policy(office: Office) -> None:
    client = browser(office)
    assert send(client, f"{START}/archiving", archiving="nothing").headers["Location"] == f"{START}/alarms"
    assert not in_force.current(office.ports).document.policies[0].archiving_solves
    assert fields(page(client, f"{START}/archiving"))["archiving"] == ["nothing"]


def test_the_second_route_is_tried_from_its_step(office: Office, post: Post) -> None:
    client = browser(office)
    unset = page(client, f"{START}/alarms")
    assert 'route = "smtp"' in words(unset)
    assert not unset.select("main form")
    assert unset.select_one(f'.setup-acts a[href="{START}/live"]') is not None

    client = browser(
        set_anew(office, alarms={"route": "smtp", "recipients": ["it@office.example"]}, smtp=post.settings())
    )
    held = fields(page(client, f"{START}/alarms"), "main form")
    assert "A test is on its way to it@office.example." in words(shown(client.post(f"{START}/alarms", data=held)))
    assert post.mailed == ["it@office.example"]
    assert "It worked 09:48 UTC" in words(page(client, f"{START}/alarms"))

    post.refuses["it@office.example"] = "550 5.1.1 nobody here"
    said = words(shown(client.post(f"{START}/alarms", data=held)))
    assert "Not sent to it@office.example" in said
    assert "nobody here" in said


def test_a_public_address_is_tried_with_a_link_that_works_for_ten_minutes(office: Office) -> None:
    assert "None is set (server.base_url in config.toml)" in words(page(browser(office), f"{START}/live"))

    office = set_anew(office, server={"base_url": "https://desk.office.example"})
    client = browser(office)
    link = page(client, f"{START}/live").select_one('a[target="_blank"]')
    assert link is not None
    path = str(link["href"]).removeprefix("https://desk.office.example")
    passer_by = visitor(office)
    arrived = passer_by.get(path, base_url="https://desk.office.example")
    assert arrived.status_code == 200
    assert "This browser reaches InboxSLA at https://desk.office.example." in words(shown(arrived))
    assert passer_by.get(path, base_url="http://localhost").status_code == 410
    assert passer_by.get(f"{START}/reached/made-up", base_url="https://desk.office.example").status_code == 410


def test_the_demo_shows_every_step_and_pushes_nobody(office: Office) -> None:
    client = browser(set_anew(office, demo=True, mailboxes=[{"address": DESK}]))
    assert page(client, "/tickets").select_one(f'a[href="{START}"]') is None
    for step in ("mailbox", "people", "hours", "promises", "archiving", "alarms", "live"):
        page(client, f"{START}/{step}")
    assert "Simulated: this is the demo." in words(page(client, f"{START}/mailbox"))
