"""What checks the tokens Google signs, for everything in the web process that gets some: it keeps Google's keys."""

from __future__ import annotations

from flask import Flask, current_app

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.google_tokens import GoogleTokens

_EXTENSION = "inboxsla.google_tokens"


def install(app: Flask, settings: Settings) -> None:
    app.extensions[_EXTENSION] = wiring.google_tokens(settings)


def tokens() -> GoogleTokens:
    found: GoogleTokens = current_app.extensions[_EXTENSION]
    return found
