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

from inboxsla.notify import alarm, compose
from tests.notify.test_alarm import an_alarm, matter
from tests.notify.tickets import SAY, berlin, item, notice, ticket

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Gmail, and what a mail can offer at most; links follow.
BUTTONS = 4
WIDTHS = (640, 390, 320)

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
    seen[frame.name] = {
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
    """Per mail and frame width, as in "ticket 390": how wide the page became, and left, width and height of every button."""
    assert CHROMIUM is not None
    folder = tmp_path_factory.mktemp("mail")
    just_missed = ticket(subject="Lieferverzögerung" * 12, requester_name="z" * 90, now=berlin("2026-11-24 11:30"))
    long_words = item(just_missed, excerpt="w" * 400)
    worst = matter("“דנה לוי” and " + "Lieferverzögerung" * 40)
    mails = {
        "ticket": compose(notice(long_words), SAY),
        "alarm": alarm(an_alarm(worst), SAY),
        "alarms": alarm(an_alarm(*[worst] * 8), SAY),
        "local": alarm(an_alarm(worst, linked=False), SAY),
    }
    frames = "".join(
        f'<iframe name="{name} {width}" width="{width}" height="4000" srcdoc="{escape(mail.html)}"></iframe>'
        for name, mail in mails.items()
        for width in WIDTHS
    )
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


@pytest.mark.parametrize("mail", ["ticket", "alarm", "alarms", "local"])
def test_nothing_needs_sideways_scrolling(seen: dict[str, Any], mail: str) -> None:
    assert [width for width in WIDTHS if seen[f"{mail} {width}"]["wide"] > width] == []


def test_buttons_stand_side_by_side_on_a_desk(seen: dict[str, Any]) -> None:
    buttons = seen["ticket 640"]["buttons"][:BUTTONS]
    assert {height for _, _, height in buttons} == {46}
    assert all(second[0] >= first[0] + first[1] + 8 for first, second in pairwise(buttons))


def test_buttons_are_as_wide_as_the_text_and_easy_to_hit_on_a_phone(seen: dict[str, Any]) -> None:
    buttons = seen["ticket 390"]["buttons"][:BUTTONS]
    assert [left for left, _, _ in buttons] == [20] * BUTTONS
    assert all(width == 390 - 2 * 20 and height >= 44 for _, width, height in buttons)


def test_the_button_of_an_alarm_is_as_wide_as_the_text_on_a_phone(seen: dict[str, Any]) -> None:
    ((left, width, height),) = seen["alarm 390"]["buttons"]
    assert (left, width) == (20, 390 - 2 * 20)
    assert height >= 44
