"""Requests are answered under our own name only."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, request

from inboxsla.web.context import ports
from inboxsla.web.refusals import MisdirectedRequest

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def install(app: Flask) -> None:
    app.before_request(_own_name_only)


def _own_name_only() -> None:
    # A page elsewhere can point a name of its own at this computer and read the answers; so only our names are answered.
    if _name(f"//{request.host}") not in LOOPBACK | {_name(ports().settings.server.url)}:
        raise MisdirectedRequest


@lru_cache(maxsize=256)
def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
