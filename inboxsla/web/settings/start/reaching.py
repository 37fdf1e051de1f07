"""Whether a browser reaches these pages by their public address: asked by opening a link that works for ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from inboxsla.config import Settings
from inboxsla.web.entry import LOOPBACK

_GOOD_FOR = 600  # seconds


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is what `server.base_url` says, "" for nothing; `link` opens the test there."""

    url: str
    is_https: bool
    is_here_only: bool
    link: str


def address(settings: Settings) -> Address:
    url = settings.server.base_url
    parts = urlsplit(url)
    link = url + url_for("start.reached", token=_signer().dumps(url)) if url else ""
    return Address(url, parts.scheme == "https", (parts.hostname or "") in LOOPBACK, link)


def arrived(token: str, settings: Settings) -> bool:
    """Whether such a link was opened in time, under the name it was made for."""
    try:
        meant = str(_signer().loads(token, max_age=_GOOD_FOR))
    except BadSignature:
        return False
    return meant == settings.server.base_url and urlsplit(f"//{request.host}").hostname == urlsplit(meant).hostname


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="reached")
