"""Other systems that reminder steps post to: how they are named, and what is set about each."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator

from inboxsla.config.section import Section

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SHORTEST_SECRET = 16


def _hook_name(value: object) -> str:
    text = value.strip().lower() if isinstance(value, str) else ""
    if not _NAME.fullmatch(text):
        raise ValueError(f"“{value}” is no name for a webhook. Write up to 40 letters, digits, - or _, such as pager.")
    return text


def _url(value: object) -> str:
    """The value is never quoted in a complaint: many such addresses are secrets themselves."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or not text.isascii() or any(ord(c) <= 32 or ord(c) == 127 for c in text):
        raise ValueError("this is not a web address. Write it like https://pager.example.org/hooks/inboxsla.")
    if parts.username is not None or parts.fragment:
        raise ValueError("leave user names, passwords and what follows # out of this address.")
    return text


def _secret(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if len(text) < SHORTEST_SECRET:
        raise ValueError(
            f"a secret has at least {SHORTEST_SECRET} characters; everything that is posted is signed with it."
        )
    return text


HookName = Annotated[str, BeforeValidator(_hook_name)]


class Webhook(Section):
    """Where to post to, and what to sign with. `allow_private`: the address may lead into the own network, also unencrypted."""

    url: Annotated[str, BeforeValidator(_url), Field(repr=False)]
    secret: Annotated[str, BeforeValidator(_secret), Field(repr=False)]
    allow_private: bool = False

    @model_validator(mode="after")
    def _is_encrypted(self) -> Webhook:
        if urlsplit(self.url).scheme != "https" and not self.allow_private:
            raise ValueError(
                "its url must begin with https://, unless allow_private = true says that it stays in your network."
            )
        return self
