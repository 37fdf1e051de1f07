"""Sign-in by one-time link, until people sign in with Google: whoever can start the server can open its pages."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from inboxsla.services.ports import Ports
from inboxsla.storage import sign_in

GOOD_FOR = timedelta(hours=24)


def make_link(ports: Ports, base_url: str) -> str:
    """A link that signs in once within 24 hours. `base_url` is where people reach the pages (scheme, host, port)."""
    token = secrets.token_urlsafe(32)
    now = ports.now()
    with ports.db.write() as conn:
        sign_in.forget_expired(conn, now)
        sign_in.add(conn, _digest(token), made_at=now, expires_at=now + GOOD_FOR)
    return f"{base_url.rstrip('/')}/sign-in/{token}"


def use(ports: Ports, token: str) -> bool:
    """Whether `token` signs in, which it does once. Of two uses at the same moment one wins."""
    with ports.db.write() as conn:
        return sign_in.use(conn, _digest(token), ports.now())


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
