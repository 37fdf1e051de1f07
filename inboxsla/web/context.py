"""What every view and template may ask for: the ports, the reader's language and zone, addresses of files."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

from babel import Locale
from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale, gettext

from inboxsla.domain.ticket_view import PRIORITY_WORDS, STATUS_WORDS, URGENCY_WORDS
from inboxsla.services import in_force
from inboxsla.services.ports import Ports
from inboxsla.speech import BabelSpeech

# Languages the texts exist in, best first; the region gives dates and clock times their form.
LOCALES = ("en_GB",)
AVATAR_TINTS = 6
# What a database takes as an id; a larger number in an address names nothing.
LARGEST_ID = 2**31 - 1
ID = f"int(max={LARGEST_ID})"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_EXTENSION = "inboxsla.ports"


def install(app: Flask, with_ports: Ports) -> None:
    app.extensions[_EXTENSION] = with_ports
    static = Path(str(app.static_folder))
    digests = {
        file.relative_to(static).as_posix(): blake2b(file.read_bytes(), digest_size=6).hexdigest()
        for file in static.rglob("*")
        if file.is_file()
    }
    app.jinja_env.filters.update(plain=plain, one_line=one_line, initials=initials, tint=tint)
    app.jinja_env.globals.update(
        asset=partial(_asset, digests),
        now=now,
        say=say,
        STATUS_WORDS=STATUS_WORDS,
        URGENCY_WORDS=URGENCY_WORDS,
        PRIORITY_WORDS=PRIORITY_WORDS,
    )
    is_demo = with_ports.settings.demo
    app.context_processor(lambda: {"is_demo": is_demo, "language": language()})


def ports() -> Ports:
    found: Ports = current_app.extensions[_EXTENSION]
    return found


def now() -> datetime:
    """The instant of this request, the same for everything on the page."""
    if "now" not in g:
        g.now = ports().now()
    instant: datetime = g.now
    return instant


def locale() -> str:
    return request.accept_languages.best_match([name.replace("_", "-") for name in LOCALES], LOCALES[0]).replace(
        "-", "_"
    )


def language() -> str:
    return str(_locale().language)


def say() -> BabelSpeech:
    return BabelSpeech(zone(), _locale())


def zone() -> str:
    """The zone of the house, the same for everything on the page."""
    if "zone" not in g:
        g.zone = in_force.zone(ports())
    name: str = g.zone
    return name


def _locale() -> Locale:
    return get_locale() or Locale.parse(LOCALES[0])


def plain(text: str | None) -> str:
    """Hostile text made printable: control characters become a visible mark; lines and tabs stay."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text or "")


def one_line(text: str | None, otherwise: str | None = None) -> str:
    """A subject or name on one line; `otherwise`, or “(no subject)”, where there is nothing to read."""
    line = " ".join(plain(text).split())
    return line or (gettext("(no subject)") if otherwise is None else otherwise)


def initials(name: str | None) -> str:
    """“Ana Ruiz” → “AR”; one letter where there is one word."""
    words = [word for word in re.split(r"[\W_]+", (name or "").partition("@")[0]) if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def tint(address: str | None) -> int:
    """Which of the avatar colours belongs to somebody, the same on every page."""
    return crc32((address or "").lower().encode()) % AVATAR_TINTS


def _asset(digests: dict[str, str], name: str) -> Any:
    return url_for("static", filename=name, v=digests[name])
