"""The pages behind the links of mails, in a real browser that nobody has signed in with."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from inboxsla.domain.timeline import Status
from tests.builders import Desk
from tests.web.browsing import DESKTOP, NARROW, PHONE, serving, sideways
from tests.web.mail_links import newest, reminded
from tests.web.shop import TUESDAY, Clock, Shop, StillBell

pytestmark = pytest.mark.browser


def test_every_page_behind_a_link_can_be_read_and_pressed_by_everybody(browser: Browser, desk: Desk) -> None:
    thread = reminded(desk)
    paths = newest(desk)
    desk.writes_again(thread)
    desk.catch_up()
    page = browser.new_page()
    with serving(Shop(desk.ports, Clock(TUESDAY), StillBell())) as base:
        for words, theme in (("Hold until Wed", "dark"), ("Answered elsewhere", "light")):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.goto(base + paths[words])
            assert page.locator("html").get_attribute("data-bs-theme") == theme
            for size in (DESKTOP, PHONE, NARROW):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                assert sideways(page) == 0
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        page.goto(base + paths["Waiting on customer"])
        page.get_by_role("button").click()
        assert Axe().run(page).violations_count == 0
        assert desk.ticket(thread).status == Status.WAITING
        page.get_by_role("button", name="Undo").click()
        assert "Taken back." in page.get_by_role("status").inner_text()
    page.close()
