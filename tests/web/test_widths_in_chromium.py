"""What fits where: widths from a phone to a desktop, fonts of all kinds, fingers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.services.mailbox_files import ANA, MAYA, Mail, imported, written
from tests.web.browsing import DESKTOP, NARROW, PHONE, TABLET, sideways, window
from tests.web.shop import Shop, minutes

pytestmark = pytest.mark.browser
CUT = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"


def test_no_page_scrolls_sideways(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    wide = []
    with window(browser, lumen, base) as page:
        for path in ("/tickets", "/tickets?show=solved", f"/tickets/{urgent}", "/tickets/5", "/mail", "/mail/1"):
            page.goto(base + path)
            for size in (DESKTOP, TABLET, PHONE, NARROW):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                if sideways(page):
                    wide.append(f"{path} at {size} by {sideways(page)}")
    assert not wide


def test_fingers_find_their_targets_on_a_phone(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, urgent = morning
    with window(browser, lumen, base, PHONE) as page:
        small = []
        for path in ("/tickets", f"/tickets/{urgent}", "/mail"):
            page.goto(base + path)
            for target in page.locator(
                "main .btn:visible, .side a:visible, tr.ticket:visible, .plain-list a:visible, .mails a:visible,"
                " summary:visible"
            ).all():
                box = target.bounding_box()
                if box is not None and box["height"] < 44:
                    small.append(f"{path} {target.inner_text()} {box['height']}")
        assert not small


@pytest.mark.parametrize("size", [DESKTOP, (800, 700), PHONE])
@pytest.mark.parametrize("font", ["", "DejaVu Sans", "monospace"])
def test_what_the_first_column_says_is_never_cut(
    browser: Browser, morning: tuple[Shop, str, int], tmp_path: Path, size: tuple[int, int], font: str
) -> None:
    lumen, base, _ = morning
    lumen.asks("Just late", "Ngozi Okafor", ago=minutes(60.5))
    dated = (Mail("1", hours=408), Mail("2", MAYA, hours=408.1), Mail("3", ANA, MAYA, 408.2, answers="2"))
    imported(lumen.ports, written(tmp_path / "old.mbox", *dated))
    with window(browser, lumen, base, size) as page:
        for path, said in (
            ("/tickets", "less than a minute over"),
            ("/tickets?mailbox=2", "Due 18 Jun 2026 12:00 CEST"),
        ):
            page.goto(base + path)
            page.evaluate("font => document.documentElement.style.setProperty('--bs-body-font-family', font)", font)
            expect(page.locator(".left").filter(has_text=re.compile(said.replace(" ", r"\s"))).first).to_be_visible()
            assert page.locator("td.left, .left b, .left .detail").evaluate_all(CUT) == []
            subject = page.locator("td.what").first.bounding_box()
            assert size == PHONE or (subject is not None and subject["width"] >= 280)


# What is chosen is longer than the room for it.
CHOSEN_CUT = """() => [...document.querySelectorAll('main select')].filter(each => {
  const style = getComputedStyle(each), pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const room = each.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return each.offsetParent && pen.measureText(each.selectedOptions[0].text).width > room + 1;
}).map(each => each.name)"""


def test_what_is_chosen_in_settings_can_be_read_on_phones(browser: Browser, morning: tuple[Shop, str, int]) -> None:
    lumen, base, _ = morning
    cut = []
    with window(browser, lumen, base) as page:
        for path in (
            f"people/edit?address={ANA}",
            "people/teams/new",
            "mailboxes/1",
            "start/people",
            "labels",
            "changes",
        ):
            page.goto(f"{base}/settings/{path}")
            for size in (PHONE, NARROW):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                cut += [(path, size[0], name) for name in page.evaluate(CHOSEN_CUT)]
    assert not cut
