"""The HTML part: one template, filled with the words of a `Page`. Everything in it is escaped by the template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.notify.alarm_page import AlarmPage
from inboxsla.notify.colours import DARK, LIGHT, TINTS
from inboxsla.notify.digest import Digest, DigestPage, urgencies
from inboxsla.notify.page import Page


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("inboxsla.notify", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html_part(page: Page, icons: Mapping[Urgency, str], say: Speech) -> str:
    """`icons` gives the Content-ID under which each urgency's picture travels with the mail."""
    return _filled("notice.html", page=page, icons=icons, say=say, urgencies=page.urgencies)


def alarm_html(page: AlarmPage, icons: Mapping[Urgency, str], say: Speech) -> str:
    """`icons` as in `html_part`."""
    return _filled("alarm.html", page=page, icons=icons, say=say, urgencies=page.urgencies)


def digest_html(page: DigestPage, digest: Digest, say: Speech) -> str:
    return _filled(
        "digest.html",
        page=page,
        say=say,
        urgencies=urgencies(page.sections),
        stop_url=digest.stop_url,
        choose_url=digest.choose_url,
        board_url=digest.board_url,
    )


def _filled(name: str, **values: Any) -> str:
    # Indentation is for whoever reads the template; in the mail it is a third of the bytes.
    template = _templates().get_template(name)
    lines = template.render(tints=TINTS, light=LIGHT, dark=DARK, **values).splitlines()
    return "\n".join(line for line in map(str.strip, lines) if line) + "\n"
