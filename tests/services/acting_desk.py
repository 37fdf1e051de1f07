"""People who act at a desk, as a card or page would ask for them."""

from __future__ import annotations

from inboxsla.services.acting import Acted, act
from inboxsla.services.viewers import Viewer, viewer
from tests.builders import ANA, Desk


def who(desk: Desk, address: str) -> Viewer:
    with desk.database.read() as conn:
        found = viewer(conn, address)
    assert found is not None
    return found


def does(
    desk: Desk,
    thread: str,
    name: str,
    by: str = ANA,
    *,
    seen: int | None = None,
    source: str | None = None,
    **fields: str,
) -> Acted:
    return act(desk.ports, who(desk, by), desk.ticket(thread).id, name, fields, seen=seen, source=source)


def arrived(desk: Desk) -> str:
    """A mail came in twelve minutes ago, at 10:48 in Berlin, and Ana was given the ticket."""
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.clock.forward(minutes=12)
    assert desk.ticket(thread).owner == ANA
    return thread
