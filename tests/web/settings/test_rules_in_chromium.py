"""Rules in a real browser: nested conditions built by mouse and keyboard, tried out, and saved."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import NARROW, PHONE, sideways, window
from tests.web.settings.ruled import names, ruled, rules_of
from tests.web.shop import Shop

pytestmark = pytest.mark.browser
PAGES = ("", "/edit?name=VIP", "/order", "/customers", "/test", "/remove?name=VIP")


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_nested_rule_is_built_tried_and_saved(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    ruled(lumen)
    with window(browser, lumen, base) as page:
        page.goto(f"{base}/settings/rules")
        expect(page.locator("#count-1")).to_have_text(re.compile(r"\s*1\s+ticket\s*"))
        page.get_by_role("link", name="Add rule").click()
        page.get_by_label("Name", exact=True).fill("Money or large")
        page.get_by_label("Place").fill("1")
        page.get_by_label("Text", exact=True).first.fill("refund")
        page.get_by_role("button", name="Add group").click()
        inner = page.get_by_role("group", name="Group 2")
        inner.get_by_label("What it asks about").select_option("header")
        inner.get_by_label("Name of the header").fill("X-Priority")
        inner.get_by_label("Text", exact=True).fill("1")
        page.get_by_label("How these belong together").first.select_option("any")
        page.get_by_label("Priority", exact=True).last.select_option("critical")
        expect(page.locator("#effect")).to_contain_text("Rule Money or large added")
        expect(page.get_by_label("Text", exact=True).first).to_have_value("refund")

        page.get_by_role("button", name="Against the newest tickets").click()
        expect(page.locator("#trial")).to_contain_text("It matches 1 of the newest 6 tickets.")
        assert page.locator("#trial a").get_attribute("href") == f"/tickets/{urgent}"
        page.get_by_text("Against a mail you write or paste").click()
        page.get_by_label("From").fill("Kofi <kofi@customer.example>")
        page.get_by_label("Subject", exact=True).fill("A refund, please")
        page.get_by_role("button", name="Try this mail").click()
        expect(page.locator("#trial")).to_contain_text("Rule “Money” matched: the subject contains “refund”.")
        clean(page)

        page.get_by_role("button", name="Save rule").click()
        expect(page.get_by_role("status").first).to_contain_text("Saved as configuration 2.")
    assert rules_of(lumen)[0] == {
        "name": "Money or large",
        "when": {"any": [{"subject": {"contains": "refund"}}, {"any": [{"header": {"name": "X-Priority", "contains": "1"}}]}]},
        "then": {"priority": "critical"},
    }  # fmt: skip


def test_rules_are_moved_by_keyboard_and_the_focus_goes_along(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    ruled(lumen)
    with window(browser, lumen, base) as page:
        page.goto(f"{base}/settings/rules/order")
        up = page.get_by_role("button", name="Move The rest up")
        up.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#effect")).to_contain_text("from place 3 to 2")
        expect(up).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#effect")).to_contain_text("from place 3 to 1")
        page.get_by_role("button", name="Save this order").click()
        expect(page.get_by_role("status").first).to_contain_text("The new order counts")
    assert names(lumen) == ["The rest", "Money", "VIP", "Too late"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_rules_is_clean_and_fits_a_phone(
    browser: Browser, morning: tuple[Shop, str, int], theme: str
) -> None:
    lumen, base, _ = morning
    ruled(lumen)
    with window(browser, lumen, base, PHONE, theme) as page:
        for path in PAGES:
            page.goto(f"{base}/settings/rules{path}")
            clean(page)
            page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
            assert sideways(page) == 0, path
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
