"""People say themselves when they are away and who stands in; beside what the configuration says, so that neither undoes the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from inboxsla.domain.duty import substitutes_in_circles
from inboxsla.domain.people import Absence, Person
from inboxsla.errors import Refused
from inboxsla.services.doing import Unclear
from inboxsla.services.people_changes import people_changed
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.storage import absences, mailboxes, people, records

_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of an absence now; `again` if that was known."""

    absence: Absence | None
    again: bool


def own(conn: Connection, address: str, today: date) -> Absence | None:
    """The absence a person set themselves, if it is not over at `today` (a date in their zone)."""
    said = absences.of(conn, address)
    return said if said is not None and said.until > today else None


def say(ports: Ports, viewer: Viewer, absence: Absence | None, today: date) -> Said:
    """From now on this is when the viewer is away, as far as they say themselves; None: they are there.

    What waits for their duty is looked at again. Raises Unclear at start, until or substitute.
    """
    if viewer.is_mailbox:
        raise Refused("This is the mailbox’s own account. Sign in as yourself to say when you are away.")
    if absence is not None:
        _makes_sense(absence, viewer, today)
    now = ports.now()
    with ports.db.write() as conn:
        before = absences.of(conn, viewer.address)
        if before == absence:
            return Said(absence, again=True)
        if absence is not None and absence.substitute is not None:
            _can_stand_in(conn, viewer, absence)
        absences.say(conn, viewer.address, absence, now)
        what = f"absence of {viewer.address} set by themselves"
        records.log(conn, viewer.address, what, now, _told(before), _told(absence))
        for mailbox_id in viewer.roles:
            people_changed(conn, mailboxes.get(conn, mailbox_id))
    return Said(absence, again=False)


def take_off(ports: Ports, address: str, actor: str) -> Absence | None:
    """An admin takes off the absence that somebody set themselves; None if there was none."""
    now = ports.now()
    with ports.db.write() as conn:
        before = absences.of(conn, address)
        if before is None:
            return None
        absences.say(conn, address, None, now)
        records.log(conn, actor, f"absence of {address} taken off", now, _told(before), None)
        for each in people.memberships(conn, address):
            people_changed(conn, mailboxes.get(conn, each.mailbox_id))
    return before


def _makes_sense(absence: Absence, viewer: Viewer, today: date) -> None:
    if absence.until <= absence.start:
        raise Unclear("until", "The day of return comes after the first day away.")
    if absence.until <= today:
        raise Unclear("until", "That is over already. Choose a later day of return.")
    if absence.until - absence.start > _LONGEST:
        raise Unclear("until", "That is more than a year. Ask an admin to take you off the people list instead.")
    if absence.substitute == viewer.address:
        raise Unclear("substitute", "Nobody can stand in for themselves. Choose somebody else.")


def _can_stand_in(conn: Connection, viewer: Viewer, absence: Absence) -> None:
    staff: dict[str, Person] = {}
    for mailbox_id in viewer.roles:
        staff |= {person.address: person for person in people.of_mailbox(conn, mailbox_id)}
    if absence.substitute not in staff:
        raise Unclear("substitute", f"{absence.substitute} is not on the people list. Choose somebody who is.")
    me = staff.get(viewer.address)
    if me is None:
        return
    configured = tuple(each for each in me.absences if each != absences.of(conn, viewer.address))
    staff[viewer.address] = replace(me, absences=(*configured, absence))
    circles = substitutes_in_circles(staff.values())
    mine = next((day for circle, day in circles if viewer.address in circle), None)
    if mine is not None:
        name = staff[absence.substitute].name or absence.substitute
        raise Unclear("substitute", f"{name} is away on {mine} and counts on you. Choose somebody who is there.")


def _told(absence: Absence | None) -> dict[str, Any] | None:
    if absence is None:
        return None
    return {"from": absence.start.isoformat(), "until": absence.until.isoformat(), "substitute": absence.substitute}
