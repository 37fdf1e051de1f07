"""Where the mails about alarms lead."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask.testing import FlaskClient

from inboxsla.domain.speech import English
from inboxsla.notify import Stands
from inboxsla.services.alarm_places import KINDS, matter
from tests.web.shop import Shop


def test_every_kind_of_alarm_leads_to_a_page_there_is(lumen: Shop, claire: FlaskClient) -> None:
    there = claire.application.url_map.bind("localhost")
    for kind in (*KINDS, "of no known kind"):
        page = matter(lumen.ports.settings, English("UTC"), Stands.NEW, f"{kind}/1/x", "Something.").page
        assert page is not None
        assert there.test(urlsplit(page.address).path, "GET"), page.address
