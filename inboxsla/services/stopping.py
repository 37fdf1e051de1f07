"""The link that ends the mail in the morning: for one person, by signature, good as long as anybody may still read that mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from inboxsla.services import links, preferring
from inboxsla.services.action_links import Link, NotTheirs, Signer
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer, viewer
from inboxsla.storage import people

ACT = "stop_digest"
_GOOD_FOR = timedelta(days=90)


def url(conn: Connection, ports: Ports, mailbox_id: int, address: str) -> str:
    """`mailbox_id` is one whose people list the person is on."""
    person_id = people.id_of(conn, mailbox_id, address)
    link = Link(ACT, 0, person_id, 0, "", ports.now() + _GOOD_FOR)
    return links.act_url(ports.settings, Signer(ports.settings).token(link))


def holder(ports: Ports, link: Link) -> Viewer:
    """Whom the link speaks for. Raises NotTheirs."""
    with ports.db.read() as conn:
        address = people.address_of(conn, link.person_id)
        found = viewer(conn, address) if address is not None else None
    if found is None or found.is_mailbox:
        raise NotTheirs("Whoever this link was made for is no longer on the people list.")
    return found


def is_stopped(ports: Ports, who: Viewer) -> bool:
    return not preferring.of(ports, who.address).gets_digest


def stop(ports: Ports, who: Viewer) -> None:
    """No mail in the morning from now on; doing it again changes nothing."""
    preferring.change(ports, who.address, who.address, digest=False)


def go_on(ports: Ports, who: Viewer) -> None:
    preferring.change(ports, who.address, who.address, digest=True)
