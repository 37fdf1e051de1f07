"""The mail in a real browser, as wide as a phone and as wide as a desk."""

from __future__ import annotations

import json
import shutil
import subprocess
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from inboxsla.notify import compose
from tests.notify.tickets import SAY, berlin, item, notice, ticket

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Gmail, and what a mail can offer at most; links follow.
BUTTONS = 4

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here; install it to see the mail rendered"),
]

# The mail stands in frames of two widths, because the window of a headless browser has a smallest width.
MEASURE = """<script>
onload = () => {
  const seen = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    seen[frame.width] = {
      wide: page.documentElement.scrollWidth,
      buttons: [...page.querySelectorAll("a")].map(a => {
        const box = a.parentElement.getBoundingClientRect();
        return [Math.round(box.left), Math.round(box.width), Math.round(box.height)];
      }),
    };
  }
  document.body.innerHTML = "<pre id=seen></pre>";
  document.getElementById("seen").textContent = JSON.stringify(seen);
};
</script>"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Per frame width: how wide the page became, and left, width and height of every button."""
    assert CHROMIUM is not None
    folder = tmp_path_factory.mktemp("mail")
    just_missed = ticket(subject="Lieferverzögerung" * 12, requester_name="z" * 90, now=berlin("2026-11-24 11:30"))
    long_words = item(just_missed, excerpt="w" * 400)
    mail = escape(compose(notice(long_words), SAY).html)
    frames = "".join(f'<iframe width="{width}" height="1400" srcdoc="{mail}"></iframe>' for width in (640, 390, 320))
    page = folder / "page.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8>{MEASURE}<body>{frames}", encoding="utf-8")
    measured: dict[str, Any] = json.loads(_rendered(CHROMIUM, page, folder))
    return measured


def _rendered(chromium: str, page: Path, folder: Path) -> str:
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
    done = subprocess.run(
        [chromium, *quiet, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = BeautifulSoup(done.stdout, "lxml").find(id="seen")
    assert told is not None, done.stdout[:500]
    return told.get_text()


@pytest.mark.parametrize("width", [640, 390, 320])
def test_nothing_needs_sideways_scrolling(seen: dict[str, Any], width: int) -> None:
    assert seen[str(width)]["wide"] <= width


def test_buttons_stand_side_by_side_on_a_desk(seen: dict[str, Any]) -> None:
    buttons = seen["640"]["buttons"][:BUTTONS]
    assert {height for _, _, height in buttons} == {46}
    assert all(second[0] >= first[0] + first[1] + 8 for first, second in pairwise(buttons))


def test_buttons_are_as_wide_as_the_text_and_easy_to_hit_on_a_phone(seen: dict[str, Any]) -> None:
    buttons = seen["390"]["buttons"][:BUTTONS]
    assert [left for left, _, _ in buttons] == [20] * BUTTONS
    assert all(width == 390 - 2 * 20 and height >= 44 for _, width, height in buttons)
