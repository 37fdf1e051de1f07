"""The page of a ticket on a phone, where there is no side panel: everything with a thumb."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import NARROW, PHONE, sideways, window
from tests.web.shop import ANA, JONAS, Shop, minutes

pytestmark = pytest.mark.browser


def too_small(page: Page) -> list[str]:
    targets = page.locator(
        "main :is(.btn, .entry, summary, input:not([type=hidden], [type=checkbox]), select, textarea):visible"
    )
    boxes = [(each, each.bounding_box()) for each in targets.all()]
    return [each.inner_text() for each, box in boxes if box is not None and box["height"] < 44]


def test_a_ticket_is_taken_noted_and_solved_on_a_phone(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    ticket = lumen.asks("My light fell into the canal", "Ngozi Okafor", ago=minutes(9))
    with window(browser, lumen, base, PHONE, may_complain=True, address=ANA) as page:
        page.goto(f"{base}/tickets/{ticket}")

        page.get_by_role("button", name="Take it").click()
        expect(page.locator("main section").first).to_contain_text("The ticket is yours.")

        page.get_by_label("More acts").click()
        assert not too_small(page)
        page.locator(".more-acts").get_by_role("link", name="Add a note").click()
        page.get_by_role("button", name="Add a note").click()
        expect(page.get_by_role("alert")).to_contain_text("Not saved")
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("Note").fill("She can come by on Friday. 🚲")
        assert not too_small(page)
        page.get_by_role("button", name="Add a note").click()
        expect(page.get_by_text("She can come by on Friday. 🚲").first).to_be_visible()

        page.get_by_label("More acts").click()
        page.locator(".more-acts").get_by_role("link", name="Put on hold").click()
        page.get_by_label("Until").fill("2026-11-01T09:00")
        page.get_by_role("button", name="Put on hold").click()
        expect(page.get_by_label("Until")).to_have_value("2026-11-01T09:00")
        expect(
            page.get_by_label("Until").or_(page.get_by_label("Why")).locator("xpath=self::*[@aria-invalid]")
        ).to_have_count(1)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.get_by_role("link", name="Leave it as it is").click()

        for act in ("answered_elsewhere", "escalate"):
            page.goto(f"{base}/tickets/{ticket}/{act}")
            buttons = page.locator(".act-form .acts > *").all()
            assert all((box := each.bounding_box()) and box["x"] >= 0 for each in buttons), act
        page.get_by_role("link", name="Leave it as it is").click()

        page.get_by_role("button", name="Solve").click()
        expect(page.get_by_role("button", name="Reopen")).to_be_visible()
        for size in (PHONE, NARROW):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            assert not sideways(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_without_script_the_acts_work_all_the_same(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base, script=False, address=JONAS) as page:
        page.goto(f"{base}/tickets/{urgent}")
        page.get_by_role("button", name="Waiting on customer").click()
        expect(page.locator("main section").first).to_contain_text("The ticket waits for the customer.")
        page.locator("main section").first.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Waiting on customer")).to_be_visible()
