"""A real browser on a real server: Chromium, and the pages over a database with a morning's tickets."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from inboxsla.services import sign_in
from tests.web.shop import ANA, CLAIRE, JONAS, Shop, minutes, pages

# Narrow is also what 400 % zoom leaves of an ordinary screen.
DESKTOP, TABLET, PHONE, NARROW = (1280, 800), (900, 700), (390, 844), (320, 640)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium as the system has it; skips the test where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here: pages are not looked at in a browser (on Debian: apt install chromium)")
    with sync_playwright() as playwright:
        # Tests run as root in containers, where Chromium's own sandbox refuses to start; the pages are ours.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def serving(lumen: Shop) -> Iterator[str]:
    """The pages on a free port of this computer; gives their address."""
    server = make_server("127.0.0.1", 0, pages(lumen), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def window(
    browser: Browser,
    lumen: Shop,
    base: str,
    size: tuple[int, int] = DESKTOP,
    theme: str = "light",
    script: bool = True,
    may_complain: bool = False,
    address: str = "",
) -> Iterator[Page]:
    """A window signed in as `address` (the first admin without one), whose clock can be moved; its complaints fail the test unless it may have some."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text) if _is_ours(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if script:
        page.clock.install()
    page.goto(sign_in.make_link(lumen.ports, base, address))
    try:
        yield page
        assert may_complain or not complaints, complaints
    finally:
        context.close()


def _is_ours(message: ConsoleMessage) -> bool:
    # The test's own clock is refused in the frame that shows a mail, as everything is that would run there.
    return message.type == "error" and "frame is sandboxed" not in message.text


def a_morning(lumen: Shop) -> int:
    """Tickets in every state; returns one that is urgent."""
    lumen.live()
    overdue = lumen.asks("Battery swollen, is it safe to charge?", "João Gonçalves", ago=minutes(183))
    lumen.gives(overdue, ANA)
    text = "I returned the front light on 9 November.\n" * 6
    urgent = lumen.asks("Refund for order 1182 still missing", "Zofia Wiśniewska", ago=minutes(50), text=text)
    lumen.gives(urgent, JONAS)
    lumen.asks("חשבונית מס להזמנה 1097", "דנה לוי", ago=minutes(47))
    lumen.gives(lumen.asks("Invoice with company name (領収書)", "田中 美咲", ago=minutes(33)), CLAIRE)
    lumen.asks("W" * 300 + " <script>alert(1)</script>", "Mallory", ago=minutes(6))
    paused = lumen.asks("Spare lens for LV-300", "Søren Østergaard", ago=minutes(120))
    lumen.answers(paused, JONAS, ago=minutes(80))
    lumen.mails(urgent, ANA, "Due in 9 min: Refund for order 1182 still missing")
    return urgent


def sideways(page: Page) -> int:
    """How many pixels the page can be scrolled to the side."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
