"""The demo with its preview: a simulated mailbox, a help desk behind it, and the pages that look at both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from inboxsla.app import create_app
from inboxsla.services import sign_in
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.builders import Desk, a_desk
from tests.lumen_velo import settings
from tests.web.browsing import DESKTOP

ADDON = {
    "service_account": "service-1@gcp-sa-gsuiteaddons.iam.gserviceaccount.com",
    "oauth_client_id": "1.apps.example",
}
# Nobody is given a ticket, since who takes one is what is looked at; and a hold stops every timer.
HERE: dict[str, Any] = {
    "assignment": {"strategy": "manual"},
    "policy": {
        "pauses": {
            "on_hold": ["first_response", "next_response", "resolution"],
            "waiting_on_customer": ["resolution"],
        }
    },
}
POLL = 3_100


class Stage:
    """The desk does its work when it is told to (`desk.catch_up`); `base` is where the pages answer."""

    def __init__(self, desk: Desk, app: Flask, ports: Ports, base: str) -> None:
        self.desk, self.app, self.ports, self.base = desk, app, ports, base

    @contextmanager
    def window(
        self, browser: Browser, size: tuple[int, int] = DESKTOP, theme: str = "light", may_complain: bool = False
    ) -> Iterator[Page]:
        """A signed-in window on the preview; what its console complains of fails the test unless it may."""
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        page, complaints = context.new_page(), list[str]()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.clock.install()
        page.goto(sign_in.make_link(self.ports, self.base))
        try:
            yield page
            assert may_complain or not complaints, complaints
        finally:
            context.close()

    def catch_up(self, page: Page) -> None:
        """The desk does what there is to do, and the page looks at the mailbox again."""
        self.desk.catch_up()
        with page.expect_response(lambda answer: "/addon/preview/threads?" in answer.url):
            page.clock.fast_forward(POLL)


def demo(desk: Desk, folder: Path, base: str = "http://127.0.0.1:8000", **more: Any) -> Ports:
    """The desk's ports, in a demo whose Google is the simulator."""
    url = desk.server.url
    chosen = settings(
        demo=True,
        data_dir=str(folder),
        server={"base_url": base},
        google={"api_root": url, "token_uri": f"{url}/token", "certs_uri": f"{url}/oauth2/v1/certs"},
        addon=ADDON,
        **(HERE | more),
    )
    ports = desk.ports
    return Ports(chosen, ports.db, ports.bell, ports.now, ports.mailbox)


@contextmanager
def staged(database: Database, folder: Path) -> Iterator[Stage]:
    """The demo on a free port of this computer, its mailbox empty."""
    with a_desk(database, settings(**HERE)) as desk:
        server = make_server("127.0.0.1", 0, Flask("none"), threaded=True)
        base = f"http://127.0.0.1:{server.server_port}"
        ports = demo(desk, folder, base)
        server.app = app = create_app(ports)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Stage(desk, app, ports, base)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
