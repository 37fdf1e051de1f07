"""Who is told of each act owed: roles become people on duty, or the act waits for them; nobody at all is an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.duty import next_on_duty
from inboxsla.domain.people import Person, Team
from inboxsla.domain.recipients import Case, Nobody, Now, Wait, recipient
from inboxsla.domain.speech import Speech
from inboxsla.notify.notice import Told
from inboxsla.notify.plain import display_name
from inboxsla.services.doing import is_muted
from inboxsla.services.looking import Look
from inboxsla.services.owing import local_key
from inboxsla.services.ports import Ports
from inboxsla.services.roster import own_team
from inboxsla.storage import outbox, people, records, teams
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

# What the owner can do without. A lead's mail about the same step goes on.
MUTES = frozenset({Told.REMIND_OWNER, Told.NOTIFY_OWNER, Told.WARN_CLOSING})
# Kept gently: a reminder soon after another about the same ticket says nothing new. A miss and a hand-over always do.
_MERGES = frozenset({Told.REMIND_OWNER})
_MOVES = frozenset({Told.REASSIGNED_TO_YOU, Told.REASSIGNED_FROM_YOU})


@dataclass(frozen=True, slots=True)
class ToTell:
    """An act and who is told of it now. `instead` says so where it is somebody else than the step means."""

    act: Owed
    told: Told
    person: Person
    instead: Now | None = None

    def why(self, say: Speech) -> str:
        """A sentence for the person where they are not whom the step means; otherwise empty."""
        if self.instead is None or not self.instead.why:
            return ""
        names = (display_name(person.name) for person in self.instead.instead_of)
        return say.text(self.instead.why, names=say.text(" and ").join(names))


def resolve(
    conn: Connection, ports: Ports, mailbox: MailboxRow, acts: Sequence[Owed], looks: Mapping[int, Look], now: datetime
) -> list[ToTell]:
    """Who gets each act now. An act for several people becomes one act each; one that waits for duty stays owed."""
    staff = people.of_mailbox(conn, mailbox.id)
    by_name = {name: row.team for name, row in teams.every(conn).items()}
    found: list[ToTell] = []
    answer: Now | Wait | Nobody | None
    for act in acts:
        seen = looks[act.ticket_id]
        if act.data.get("told") in _MOVES:
            answer = _of_a_move(act, staff, now)
        else:
            team = by_name.get(seen.ticket.team) or own_team(ports.settings)
            answer = recipient(act.role, _case(act, seen, staff, team), now)
        if isinstance(answer, Wait):
            outbox.hold(conn, act.id, answer.until, "waits until whom it is for is on duty")
        elif answer is None:
            gone = f"{act.data['recipient']} is no longer there to be told"
            outbox.finish(conn, [act.id], "dropped", now, gone)
        elif isinstance(answer, Nobody):
            _nobody(conn, mailbox, act, answer, now)
        else:
            found.extend(_to_each(conn, ports, mailbox, act, seen, answer, now))
    return found


def _case(act: Owed, seen: Look, staff: Sequence[Person], team: Team) -> Case:
    return Case(
        people=staff,
        team=team,
        owner=seen.view.owner,
        due_at=_due(act, seen),
        always_on=bool(act.data.get("always_on")),
        named=str(act.data.get("recipient", "")),
        turn=act.ticket_id,
    )


def _of_a_move(act: Owed, staff: Sequence[Person], now: datetime) -> Now | Wait | None:
    """Where a ticket went concerns these two alone. The new owner was on duty a moment ago; for the old one it can wait."""
    person = next((person for person in staff if person.address == act.data["recipient"]), None)
    if person is None:
        return None
    back = now if act.data["told"] == Told.REASSIGNED_TO_YOU else next_on_duty(person, now)
    if back is None:
        return None
    return Now((person,)) if back <= now else Wait(back)


def _due(act: Owed, seen: Look) -> datetime | None:
    """When the promise the act is about runs out; for a customer who came back, the next of all."""
    if "reopened" in act.data:
        return seen.view.next_due
    clocks = (clock.reading for clock in seen.view.clocks)
    mine = (each for each in clocks if each.metric == act.data.get("metric") and each.key == act.data.get("cycle"))
    return next((each.due_at for each in mine), None)


def _to_each(
    conn: Connection, ports: Ports, mailbox: MailboxRow, act: Owed, seen: Look, answer: Now, now: datetime
) -> list[ToTell]:
    first, *others = answer.people
    found: list[ToTell] = []
    for person in others:
        copy = {**act.data, "recipient": person.address}
        key = f"{local_key(act)}@{person.address}"
        outbox.put(conn, mailbox.id, act.ticket_id, [(key, act.act, "person", copy)], now)
        copied = outbox.by_key(conn, f"{act.ticket_id}/{key}")
        if copied is not None:
            found.extend(_unless_spared(conn, ports, copied, seen, person, answer, now))
    found.extend(_unless_spared(conn, ports, act, seen, first, answer, now))
    return found


def _unless_spared(
    conn: Connection, ports: Ports, act: Owed, seen: Look, person: Person, answer: Now, now: datetime
) -> list[ToTell]:
    told = Told(act.data.get("told", act.act))
    if told in MUTES and is_muted(seen.events, person.address):
        outbox.finish(conn, [act.id], "done", now, f"{person.name} muted the ticket")
        return []
    since = now - ports.settings.notify.merge_within
    if told in _MERGES and outbox.lately_mailed(conn, act.ticket_id, person.address, since):
        outbox.finish(conn, [act.id], "done", now, f"covered by the mail {person.name} got shortly before")
        return []
    return [ToTell(act, told, person, answer)]


def _nobody(conn: Connection, mailbox: MailboxRow, act: Owed, answer: Nobody, now: datetime) -> None:
    """An alarm; and whoever is back first is told late rather than never."""
    words = f"Nobody could be told in time about ticket {act.ticket_id} in {mailbox.address}: {answer.reason}."
    records.alarm(conn, f"nobody/{mailbox.id}", words, now, mailbox.id)
    if answer.until is None:
        outbox.finish(conn, [act.id], "dropped", now, "nobody could be told")
    else:
        outbox.hold(conn, act.id, answer.until, f"waits: {answer.reason}")
