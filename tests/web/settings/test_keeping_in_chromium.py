"""Privacy, the change log and the configuration as a person meets them, with and without script."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from inboxsla.services import configuring, in_force
from tests.web.browsing import DESKTOP, PHONE, sideways, window
from tests.web.shop import ANA, CLAIRE, Shop

pytestmark = pytest.mark.browser
PAGES = ("/settings/privacy", "/settings/changes", "/settings/configuration", "/settings/configuration/versions/1")


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_axe_finds_nothing_to_object_to(
    browser: Browser, morning: tuple[Shop, str, int], theme: str, size: tuple[int, int]
) -> None:
    lumen, base, _ = morning
    configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, "tags": ["W" * 64]}, "W" * 80, None)
    with window(browser, lumen, base, size, theme) as page:
        for path in PAGES:
            page.goto(base + path)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            assert sideways(page) == 0, path


def test_without_script_a_person_is_shown_and_forgotten_and_a_text_is_put_in_force(
    browser: Browser, morning: tuple[Shop, str, int]
) -> None:
    lumen, base, _ = morning
    with window(browser, lumen, base, script=False) as page:
        page.goto(f"{base}/settings/privacy")
        page.get_by_label("Their address").fill("mallory@poczta.example")
        page.get_by_role("button", name="Show what is kept").click()
        expect(page.get_by_text("1 kept")).to_be_visible()
        page.get_by_role("button", name="Forget this person…").click()
        page.get_by_role("button", name="Forget this person").click()
        expect(page.get_by_text("Receipt 1")).to_be_visible()

        page.goto(f"{base}/settings/configuration")
        text = configuring.export(lumen.ports).replace(
            f'address = "{ANA}"\nname = "Ana Ruiz"', f'address = "{ANA}"\nname = "Ana R."'
        )
        page.get_by_label("Or paste its text").fill(text)
        page.get_by_role("button", name="See what it would change").click()
        page.get_by_role("button", name="Save as configuration 1").click()
        expect(page.get_by_text("Configuration 1 is in force.")).to_be_visible()
        page.goto(f"{base}/settings/changes")
        expect(page.get_by_text("Configuration 1 saved")).to_be_visible()
    assert {person.name for person in in_force.current(lumen.ports).document.people} >= {"Ana R."}
    assert CLAIRE in {person.address for person in in_force.current(lumen.ports).document.people}
