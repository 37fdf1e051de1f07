"""Editing a policy in a real browser: the line and the effect follow what is typed, and axe has nothing to object to."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from inboxsla.services import in_force
from tests.web.browsing import DESKTOP, PHONE, sideways, window
from tests.web.shop import Shop

pytestmark = pytest.mark.browser
LIST = "/settings/policies"
EDIT = f"{LIST}/edit?name=Standard+support"


def test_the_line_the_notes_and_the_effect_follow_what_is_typed_and_it_is_saved(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, _urgent = morning
    with window(browser, lumen, base, may_complain=True) as page:
        page.goto(base + EDIT)
        page.locator(".line-tabs label", has_text="Resolution").click()
        expect(page.locator(".of-resolution")).to_be_visible()
        expect(page.locator(".of-first_response")).to_be_hidden()
        page.locator(".line-tabs label", has_text="First response").click()

        page.fill("[name='targets.first_response.normal']", "45m")
        page.clock.fast_forward(1_000)
        expect(page.locator(".of-first_response .told")).to_contain_text("due at 45")
        expect(page.locator("#f-targets-first_response-normal-note")).to_contain_text("was 1h")
        expect(page.locator("#effect")).to_contain_text("first response: 1h → 45m")
        expect(page.locator("#effect .moves")).to_contain_text("Overdue")

        before = page.locator("li.step").count()
        page.get_by_role("button", name="Add a step").click()
        expect(page.locator("li.step")).to_have_count(before + 1)
        page.locator(f"[name='steps.{before}.length']").fill("20")
        page.locator(f"[name='steps.{before}.do'][value='notify_lead']").check()
        page.clock.fast_forward(1_000)
        expect(page.locator(".of-first_response .told")).to_contain_text("tell lead at 9")
        expect(page.locator("#effect")).to_contain_text("at 20 %: tell the lead")

        page.locator("[name='notices.closing']").check()
        page.locator(".acts button.btn-primary").click()
        expect(page.locator("#wrong a")).to_contain_text("will close if they stay silent: The customer is told")
        page.locator("[name='notices.closing']").uncheck()
        page.clock.fast_forward(1_000)

        page.get_by_role("button", name="Last 30 days").click()
        expect(page.locator("#replay")).to_contain_text("Kept, last 30 days")
        page.get_by_text("New tickets and the").click()
        page.locator(".acts button.btn-primary").click()
        expect(page.locator(".banner")).to_contain_text("Version 2 of “Standard support” is in force")

    policy = in_force.current(lumen.ports).document.policies[0]
    assert policy.targets.promised["first_response"].normal == "45m"
    assert policy.steps[-1].at == 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_object_to(browser: Browser, morning: tuple[Shop, str, int], theme: str) -> None:
    lumen, base, _urgent = morning
    size = PHONE if theme == "dark" else DESKTOP
    with window(browser, lumen, base, size, theme) as page:
        for path in (LIST, EDIT, f"{LIST}/versions?name=Standard+support", f"{LIST}/begin"):
            page.goto(base + path)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path} at {size}\n{found.generate_report()}"
            assert sideways(page) == 0, path
