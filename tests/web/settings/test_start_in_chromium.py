"""The first hour of an admin, in a real browser: from nothing to a mailbox that is live, and the calendars behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from inboxsla.services import in_force
from inboxsla.storage.database import Database
from tests.office import DESK, Office
from tests.post import Post
from tests.web.browsing import DESKTOP, PHONE, serving, sideways, window
from tests.web.settings.beginning import nothing_yet
from tests.web.shop import TUESDAY, Clock, Shop, StillBell

pytestmark = pytest.mark.browser
STEPS = ("mailbox", "people", "hours", "promises", "archiving", "alarms", "live")


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, post: Post) -> Iterator[Office]:
    route = {"route": "smtp", "recipients": ["it@office.example"]}
    with nothing_yet(sqlite_database, tmp_path / "data", alarms=route, smtp=post.settings()) as made:
        yield made


def as_shop(office: Office) -> Shop:
    clock = Clock(TUESDAY)
    return Shop(replace(office.ports, now=clock), clock, StillBell())


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert sideways(page) == 0, page.url


def test_an_admin_gets_from_nothing_to_a_live_mailbox(browser: Browser, office: Office, post: Post) -> None:
    lumen = as_shop(office)
    with serving(lumen) as base, window(browser, lumen, base, may_complain=True) as page:
        page.goto(base + "/tickets")
        page.get_by_role("link", name="Set up InboxSLA").click()
        page.get_by_label("Address your customers write to").fill(DESK)
        clean(page)
        page.get_by_role("button", name="Connect with Google").click()
        expect(page.get_by_role("status")).to_contain_text(f"{DESK} is connected and observed")
        page.get_by_role("link", name="Continue to people").click()

        page.get_by_label("Name of person 1").fill("Ana Ruiz")
        page.get_by_label("Mail address of person 1").fill("ana@office.example")
        expect(page.get_by_label("Role of person 1")).to_have_value("admin")
        page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Berlin"})
        page.get_by_role("button", name="Continue to opening hours").click()

        expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
        page.get_by_label("Monday", exact=True).fill("9-12, 13-17")
        page.clock.fast_forward(1_000)
        expect(page.locator("#bars-mon rect.open-bar")).to_have_count(2)
        expect(page.get_by_label("Country")).to_have_value("DE")
        page.get_by_label("Region", exact=True).select_option("BE")
        page.clock.fast_forward(1_000)
        expect(page.locator("#holidays")).not_to_contain_text("regions only")
        page.get_by_role("button", name="Tick all that are to come").click()
        expect(page.locator("#holiday-2026-12-25")).to_be_checked()
        clean(page)
        page.get_by_role("button", name="Continue to promises").click()

        page.get_by_label("Unhurried").check()
        page.clock.fast_forward(1_000)
        expect(page.locator("#example")).to_contain_text("With Unhurried, for a mail of normal priority")
        clean(page)
        page.get_by_role("button", name="Continue to archiving").click()
        page.get_by_label("Archiving changes nothing").check()
        page.get_by_role("button", name="Continue to the second alarm route").click()

        page.get_by_role("button", name="Send a test now").click()
        expect(page.get_by_role("status")).to_contain_text("A test is on its way to it@office.example.")
        assert post.mailed == ["it@office.example"]
        page.get_by_role("link", name="Continue to going live").click()
        clean(page)
        page.get_by_role("button", name="Go live").click()
        expect(page.get_by_role("heading", name="InboxSLA is live")).to_be_visible()

    document = in_force.current(office.ports).document
    assert document.calendars["office"].zone == "Europe/Berlin"
    assert document.calendars["office"].hours["mon"] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert document.policies[0].targets.promised["first_response"].lengths["normal"] == "2 business days"
    assert not document.policies[0].archiving_solves
    box = office.mailbox()
    assert box is not None
    assert box.is_live


def test_every_step_and_the_calendars_read_well_on_a_dark_phone(browser: Browser, office: Office) -> None:
    lumen = as_shop(office)
    with serving(lumen) as base, window(browser, lumen, base, PHONE, "dark") as page:
        for step in STEPS:
            page.goto(f"{base}/settings/start/{step}")
            clean(page)
        for path in ("", "/edit?name=office", "/remove?name=office"):
            page.goto(f"{base}/settings/calendars{path}")
            clean(page)


def test_a_calendar_is_changed_with_its_effect_and_its_errors_in_sight(browser: Browser, office: Office) -> None:
    lumen = as_shop(office)
    with serving(lumen) as base, window(browser, lumen, base, DESKTOP, may_complain=True) as page:
        page.goto(f"{base}/settings/calendars")
        clean(page)
        page.get_by_role("link", name="office", exact=True).click()
        page.get_by_label("Friday", exact=True).fill("09:00–0800")
        page.get_by_role("button", name="Review and save").click()
        expect(page.locator("#wrong")).to_be_focused()
        expect(page.locator("#wrong a")).to_contain_text("Friday: ")
        page.locator("#wrong a").click()
        expect(page.get_by_label("Friday", exact=True)).to_be_focused()
        clean(page)
        page.get_by_label("Friday", exact=True).fill("09:00–13:00")
        page.get_by_label("Mail arrives").fill("2026-11-27T12:30")
        page.get_by_label("Promise").fill("2h")
        page.clock.fast_forward(1_000)
        expect(page.locator("#try-result")).to_contain_text(
            "30 min on Friday, closed Saturday to Sunday, then 1 h 30 min"
        )
        expect(page.locator("#effect")).to_contain_text("09:00–17:00 → 09:00–13:00")
        page.get_by_role("button", name="Review and save").click()
        page.wait_for_url(f"{base}/settings/calendars")
        expect(page.get_by_role("status")).to_contain_text("Saved")
