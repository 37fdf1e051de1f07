"""Signing in and the end of a session, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from inboxsla.storage.database import Database
from tests.web.browsing import NARROW, PHONE, serving, sideways, window
from tests.web.shop import ANA, Shop, minutes, shop

pytestmark = pytest.mark.browser
NEARLY = timedelta(hours=12) - timedelta(minutes=2)


@pytest.fixture
def strict(sqlite_database: Database, tmp_path: Path) -> Iterator[tuple[Shop, str]]:
    """A shop in the demo, with sessions that last 12 hours unused, and the address of its pages."""
    google = {"api_root": "http://127.0.0.1:9/"}
    lumen = shop(sqlite_database, tmp_path / "data", demo=True, sign_in={}, google=google)
    with serving(lumen) as base:
        yield lumen, base


def passes(lumen: Shop, page: Page, time: timedelta) -> None:
    lumen.clock.forward(time)
    page.clock.fast_forward(time // timedelta(milliseconds=1))


def test_a_session_warns_before_it_ends_any_key_prolongs_it_and_nothing_typed_is_lost_at_its_end(
    browser: Browser, strict: tuple[Shop, str]
) -> None:
    lumen, base = strict
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    with window(browser, lumen, base, address=ANA, may_complain=True) as page:
        page.goto(f"{base}/tickets/{ticket}/note")
        page.get_by_label("Note").first.fill("The bank shows it as sent.")
        warning = page.locator("#session")
        expect(warning).to_be_hidden()
        passes(lumen, page, NEARLY)

        expect(warning).to_contain_text("Press any key to stay signed in.")
        assert warning.get_attribute("aria-live") == "assertive"
        assert not Axe().run(page).response["violations"]
        with page.expect_response("**/account/stay"):
            page.keyboard.press("Shift")
        expect(warning).to_be_hidden()
        passes(lumen, page, NEARLY)
        expect(warning).to_be_visible()
        passes(lumen, page, minutes(3))
        expect(warning).to_contain_text("You are signed out. What you typed is still here")

        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Sign in (new tab)").click()
        opened.value.get_by_role("button", name="Continue as Ana").click()
        opened.value.close()
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(warning).to_be_hidden()
        page.locator("form.act-form button.btn-primary").click()
        expect(page.locator(".timeline")).to_contain_text("The bank shows it as sent.")


def test_signing_in_the_account_and_refusals_are_accessible_and_fit(browser: Browser, strict: tuple[Shop, str]) -> None:
    lumen, base = strict
    with window(browser, lumen, base, address=ANA, may_complain=True) as page:
        for path in ("/sign-in", "/account", f"/settings/mailboxes/{lumen.mailbox_id}/live"):
            page.goto(base + path)
            for theme, (width, height) in (("light", PHONE), ("dark", NARROW)):
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                assert sideways(page) <= 0, (path, width)
                assert not Axe().run(page).response["violations"], (path, theme)
