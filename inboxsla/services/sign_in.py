"""Sign-in by one-time link: whoever can start the server administers InboxSLA, and can let others in."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection

from inboxsla.errors import Refused
from inboxsla.services import colleagues, sessions
from inboxsla.services.ports import Ports
from inboxsla.storage import records, sign_in

GOOD_FOR = timedelta(hours=24)


class LinkOver(Refused):
    """The link is unknown, was used, or is too old."""


class NotListed(Refused):
    """Whoever was identified is on no people list."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is on no people list here.")
        self.address = address


def make_link(ports: Ports, base_url: str, address: str = "") -> str:
    """A link that signs in once within 24 hours. `base_url` is where people reach the pages (scheme, host, port).

    It signs in `address`. Without one it signs in the first admin of every mailbox; and whoever sets InboxSLA up, who may do the
    same but is nobody in particular, while there is none. Raises Refused for an address that is on no people list.
    """
    token = secrets.token_urlsafe(32)
    now = ports.now()
    with ports.db.read() as conn:
        unknown = bool(address) and sessions.listed(conn, ports, address) is None
    if unknown:
        raise Refused(f"{address} is on no people list here. {_known(ports)}")
    with ports.db.write() as conn:
        sign_in.forget_expired(conn, now)
        sign_in.add(conn, _digest(token), address, made_at=now, expires_at=now + GOOD_FOR)
    return f"{base_url.rstrip('/')}/sign-in/{token}"


def _first_admin(conn: Connection, ports: Ports) -> str:
    admins = sessions.admins(conn, ports)
    return admins[0][0] if admins else sessions.SETUP


def _known(ports: Ports) -> str:
    found = [each.address for each in colleagues.everybody(ports)]
    return (
        f"Known: {', '.join(found)}."
        if found
        else "Nobody is, so far: a link for nobody in particular lets you set it up."
    )


def use(ports: Ports, token: str, agent: str) -> str:
    """Sign in with a link, which works once; of two uses at the same moment one wins. Returns the token of the new session.

    `agent` is the browser in a few words. Raises LinkOver, and NotListed where its person has left the list meanwhile.
    """
    with ports.db.write() as conn:
        address = sign_in.use(conn, _digest(token), ports.now())
        if address is None:
            raise LinkOver("This link does not open anymore.")
        if address and sessions.listed(conn, ports, address) is None:
            records.log(conn, address, "sign-in refused: on no people list", ports.now())
        else:
            return sessions.begin(conn, ports, address or _first_admin(conn, ports), "link", agent)
    raise NotListed(address)


def go_on(ports: Ports, agent: str) -> str:
    """For whoever sets InboxSLA up, and has named an admin meanwhile: the session that their link would begin now. Returns its token."""
    with ports.db.write() as conn:
        return sessions.begin(conn, ports, _first_admin(conn, ports), "link", agent)


def as_demo(ports: Ports, address: str, agent: str) -> str:
    """Sign in as somebody of the demo, who proves nothing. Raises Refused outside the demo and for strangers."""
    if not ports.settings.demo:
        raise Refused("Only in the demo can people sign in without proving who they are.")
    with ports.db.write() as conn:
        if sessions.listed(conn, ports, address) is None:
            raise NotListed(address)
        return sessions.begin(conn, ports, address, "demo", agent)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
