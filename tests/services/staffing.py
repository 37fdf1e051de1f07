"""Who works at a desk and when, and which team a ticket is for."""

from __future__ import annotations

from collections.abc import Iterable

from inboxsla.domain.people import Person, Team
from inboxsla.domain.timeline import Event, Kind
from inboxsla.services.people_changes import people_changed
from inboxsla.services.settle import settle
from inboxsla.storage import mailboxes
from inboxsla.storage import people as people_rows
from inboxsla.storage import teams as team_rows
from tests.builders import Desk

OFFICE = {"zone": "Europe/Berlin", "hours": {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}


def staffed(desk: Desk, *people: Person, teams: Iterable[Team] = ()) -> None:
    """From now on these are the people of the desk, and these the teams."""
    with desk.database.write() as conn:
        people_rows.replace_all(conn, desk.id, people)
        team_rows.replace_all(conn, teams)
        people_changed(conn, desk.mailbox)


def routed(desk: Desk, thread: str, team: str = "", strategy: str | None = None) -> None:
    """Make it a ticket of this team, or one with a strategy of its own, as a rule would."""
    ticket = desk.ticket(thread)
    data = {"team": team, "strategy": strategy, "why": "asked"}
    settle(desk.ports, ticket.id, [Event(Kind.ROUTED, desk.clock(), f"routed:{ticket.version}", data=data)])


def wakes(desk: Desk, team: str = "") -> object:
    """When tickets of the team (or of none) are handed out next; None if nothing waits."""
    with desk.database.read() as conn:
        return team_rows.every(conn)[team].wake_at if team else mailboxes.get(conn, desk.id).wake_at
