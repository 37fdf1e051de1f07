"""The pages of people, teams, labels and mailboxes in a real browser: for every eye, and without a mouse."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from inboxsla.services import in_force
from tests.web.browsing import DESKTOP, NARROW, PHONE, sideways, window
from tests.web.shop import ANA, Shop

pytestmark = pytest.mark.browser
PEOPLE = "/settings/people"
PAGES = (
    PEOPLE,
    f"{PEOPLE}/edit?address={ANA}",
    f"{PEOPLE}/teams/edit?name=Support",
    f"{PEOPLE}/hand-over?address={ANA}",
    "/settings/labels",
    "/settings/mailboxes/1",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_object_to_and_nothing_scrolls_sideways(
    browser: Browser, morning: tuple[Shop, str, int], theme: str
) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, DESKTOP if theme == "light" else PHONE, theme) as page:
        for path in PAGES:
            page.goto(base + path)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            if theme == "dark":
                page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
                assert not sideways(page), path
                page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})


def test_an_absence_is_added_without_losing_what_was_typed(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base) as page:
        page.goto(f"{base}{PEOPLE}/edit?address={ANA}")
        page.get_by_label("Skills").fill("billing")
        page.get_by_role("button", name="Add an absence").click()
        expect(page.get_by_label("First day away")).to_be_visible()
        expect(page.get_by_label("Skills")).to_have_value("billing")
        page.get_by_label("First day away").fill("2026-12-24")
        page.get_by_label("First day back").fill("2027-01-04")
        page.get_by_role("button", name="Save").last.click()
        expect(page.locator(".banner-info")).to_contain_text("Ana Ruiz is saved")

    ana = next(each for each in in_force.current(lumen.ports).document.people if each.address == ANA)
    assert (ana.skills, str(ana.absences[0].begins)) == (("billing",), "2026-12-24")


def test_people_are_found_while_typing_and_labels_are_seen_while_typing(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base) as page:
        page.goto(base + PEOPLE)
        page.get_by_label("Search people").press_sequentially("jonas")
        page.clock.fast_forward(300)
        expect(page.locator("table.staff tbody tr")).to_have_count(1)

        page.goto(f"{base}/settings/labels")
        page.get_by_label("The label above them").fill("Frist")
        page.clock.fast_forward(500)
        expect(page.get_by_role("img", name="Frist/Overdue")).to_be_visible()
