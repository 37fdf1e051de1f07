"""Who owns what: hands out tickets that nobody owns, team by team under its lock, the nearest deadline first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from inboxsla.domain.assignment import Chosen, Waits, is_left_waiting
from inboxsla.domain.duty import on_duty
from inboxsla.domain.timeline import Event, Kind
from inboxsla.errors import Refused
from inboxsla.services import settle
from inboxsla.services.ports import Ports
from inboxsla.services.roster import Roster, rosters
from inboxsla.storage import hand_outs, mailboxes, people, teams, tickets
from inboxsla.storage.hand_outs import Waiting
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import RING_AGAIN_AFTER, TicketRow

_BATCH = 50
# How many tickets one batch is looked for among: some are of a kind that nobody can take now.
_LOOKED_AT = 500
# A ring comes when room is made or people change; this is for the ring that was lost.
_AGAIN = timedelta(minutes=1)
AWAY = "the owner is away and the customer waits"


def drain(ports: Ports, mailbox_id: int) -> int:
    """Give every ticket that waits for an owner in this mailbox to somebody on duty, as far as there is somebody.

    A team's tickets are handed out together, in whichever mailbox they are. Returns how many found an owner.
    """
    given = 0
    for name in _queues(ports, mailbox_id):
        while handed := settle.again_if_moved(partial(_hand_out, ports, mailbox_id, name)):
            given += handed
    return given


def _queues(ports: Ports, mailbox_id: int) -> list[str]:
    """The teams ("" for the mailbox's own) that have something to hand out here, or whose time to look again has come."""
    soon = ports.now() + RING_AGAIN_AFTER
    with ports.db.read() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
        if mailbox.kind != "gmail" or mailbox.retired_at is not None:
            return []
        active = teams.every(conn)
        names = {*hand_outs.teams_with_unowned(conn, mailbox_id), *_teams_left_waiting(conn, ports, mailbox_id)}
        found = {name if name in active else "" for name in names}
        found |= {name for name, row in active.items() if row.wake_at is not None and row.wake_at <= soon}
        if mailbox.wake_at is not None and mailbox.wake_at <= soon:
            found.add("")
    return sorted(found)


def _teams_left_waiting(conn: Connection, ports: Ports, mailbox_id: int) -> set[str]:
    now = ports.now()
    away = [person.address for person in people.of_mailbox(conn, mailbox_id) if not on_duty(person, now)]
    return {ticket.team for ticket in hand_outs.unanswered(conn, [mailbox_id], away)} if away else set()


def _hand_out(ports: Ports, mailbox_id: int, name: str) -> int:
    """One batch of one team's tickets, in one transaction."""
    now = ports.now()
    with ports.db.write() as conn:
        roster, boxes, named = _locked(conn, ports, mailbox_id, name)
        if roster is None:
            return 0
        waiting = _what_waits(roster, boxes, named, now)
        strategies = hand_outs.strategies(conn, [ticket.id for ticket in waiting])
        # What is said of one ticket holds for the others like it: nobody comes on duty or gets room on the way.
        waits: dict[tuple[int, str | None], Waits] = {}
        given = 0
        for ticket in waiting:
            alike = (ticket.mailbox_id, strategies.get(ticket.id))
            if alike in waits:
                continue
            answer = _give(roster, boxes[ticket.mailbox_id], tickets.load(conn, ticket.id), alike[1], now)
            if isinstance(answer, Waits):
                waits[alike] = answer
                continue
            given += answer
            if given == _BATCH:
                break
        roster.wake(_look_again(waits.values(), now))
        return given


def _locked(
    conn: Connection, ports: Ports, mailbox_id: int, name: str
) -> tuple[Roster | None, dict[int, MailboxRow], list[str]]:
    """The team's roster under its lock, the mailboxes it hands out in, and what its tickets say as their team."""
    if name:
        row = teams.lock(conn, [name]).get(name)
        boxes = {box_id: mailboxes.get(conn, box_id) for box_id in mailboxes.connected(conn)}
        return (Roster.of_team(conn, row) if row else None), boxes, [name]
    mailbox = mailboxes.lock(conn, mailbox_id)
    # Tickets of a team that is no more are everybody's.
    orphaned = set(hand_outs.teams_with_unowned(conn, mailbox_id)) | _teams_left_waiting(conn, ports, mailbox_id)
    named = ["", *sorted(orphaned - {""} - teams.every(conn).keys())]
    return Roster.of_mailbox(conn, mailbox, ports.settings), {mailbox.id: mailbox}, named


def _what_waits(roster: Roster, boxes: Iterable[int], named: Sequence[str], now: datetime) -> list[Waiting]:
    """The tickets to hand out next, soonest due first."""
    waiting = hand_outs.unowned(roster.conn, list(boxes), named, _LOOKED_AT)
    waiting.extend(ticket for box_id in boxes for ticket in _left_waiting(roster, box_id, named, now))
    return sorted(waiting, key=lambda ticket: (ticket.due_at is None, ticket.due_at or now, ticket.id))


def _left_waiting(roster: Roster, box_id: int, named: Sequence[str], now: datetime) -> list[Waiting]:
    """Tickets whose customer wrote while the owner was away, and will not be back for longer than the team accepts."""
    after = roster.team.reassign_absent_after
    if after is None:
        return []
    away = {person.address: person for person in roster.people_of(box_id) if not on_duty(person, now)}
    return [
        ticket
        for ticket in hand_outs.unanswered(roster.conn, [box_id], away)
        if ticket.team in named and is_left_waiting(away[ticket.owner or ""], ticket.last_activity or now, after, now)
    ]


def _give(roster: Roster, mailbox: MailboxRow, ticket: TicketRow, strategy: str | None, now: datetime) -> Waits | bool:
    """Whether somebody has it now; or the wait."""
    answer = roster.choose(mailbox.id, now, strategy=strategy, without={ticket.owner or ""})
    if isinstance(answer, Waits):
        return answer
    taker = answer.person.address
    why = answer.why if ticket.owner is None else AWAY
    owner = hand_over(roster.conn, ticket, mailbox, taker, why, _source(ticket, taker), now)
    roster.given(mailbox.id, answer.person, ticket.status, ticket.urgency)
    return owner == taker


def _look_again(waits: Collection[Waits], now: datetime) -> datetime | None:
    """When what still waits is worth another look: when somebody comes on duty, or in a while in case a ring is lost."""
    looks = [wait.until or now + _AGAIN for wait in waits]
    if any(wait.full for wait in waits):
        looks.append(now + _AGAIN)
    return min(looks, default=None)


def hand_over(
    conn: Connection, ticket: TicketRow, mailbox: MailboxRow, owner: str | None, why: str, source: str, now: datetime
) -> str | None:
    """Record the new owner (None: nobody) and settle the ticket, in the caller's transaction.

    Returns who owns it after that: somebody else if another word on it bears a later time.
    """
    event = Event(Kind.ASSIGNED, mailbox.as_of or now, source, data={"owner": owner, "why": why})
    return settle.settle_in(conn, ticket, mailbox, [event], now).facts.owner


def _source(ticket: TicketRow, owner: str | None) -> str:
    """Names the event. Two at one instant are read in the order of their sources, so the later one must sort last."""
    return f"owner:{ticket.version:09}:{owner or ''}"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How many of somebody's tickets each address took over, and how many wait for somebody to come on duty."""

    to: Mapping[str, int]
    waiting: int


def hand_over_all(
    ports: Ports,
    mailbox_id: int,
    from_address: str,
    at: datetime,
    *,
    to: str | None = None,
    why: str | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> HandedOver:
    """Hand over everything a person has in a mailbox that is not over, as if new, or all of it to `to`.

    It goes to people on duty at `at`, which may be later than now: an evening's hand-over is for the next morning's people.
    What none of them can take is nobody's until somebody can. `why` follows "Assigned to Ana Ruiz" in the history.
    `goes_on` is asked before each batch; what is left when it says no can be handed over by another call.
    Raises Refused if `to` cannot take anything over.
    """
    with ports.db.read() as conn:
        everything = hand_outs.owned_by(conn, mailbox_id, from_address)
    taken: Counter[str] = Counter()
    for start in range(0, len(everything), _BATCH):
        if not goes_on():
            break
        batch = everything[start : start + _BATCH]
        some = partial(_hand_over_some, ports, mailbox_id, batch, from_address, to, at, why)
        taken.update(settle.again_if_moved(some))
    waiting = taken.pop("", 0)
    return HandedOver(dict(taken), waiting)


def _hand_over_some(
    ports: Ports, mailbox_id: int, batch: Sequence[int], gives: str, to: str | None, at: datetime, why: str | None
) -> list[str]:
    """One batch in one transaction; who took each ticket, "" where nobody did."""
    takers: list[str] = []
    now = ports.now()
    with ports.db.write() as conn:
        mailbox = mailboxes.lock(conn, mailbox_id)
        name = people.names(conn, mailbox_id).get(gives, gives)
        able = {person.address for person in people.of_mailbox(conn, mailbox_id)} - {gives}
        if to is not None and to not in able:
            raise Refused(f"{to} cannot take over the tickets of {name}. Name somebody else on the people list.")
        mine = [row for ticket_id in batch if (row := tickets.load(conn, ticket_id)).owner == gives]
        by_team = rosters(conn, mailbox, ports.settings, {ticket.team for ticket in mine})
        strategies = hand_outs.strategies(conn, batch)
        for ticket in mine:
            roster, strategy = by_team[ticket.team], strategies.get(ticket.id)
            answer = roster.choose(mailbox_id, at, strategy=strategy, without={gives}) if to is None else None
            taker = answer.person.address if isinstance(answer, Chosen) else to
            said = why or f"handed over by {name}"
            hand_over(conn, ticket, mailbox, taker, said, _source(ticket, taker), now)
            if isinstance(answer, Chosen):
                roster.given(mailbox_id, answer.person, ticket.status, ticket.urgency)
            takers.append(taker or "")
    return takers


def untried(ports: Ports) -> list[int]:
    """Mailboxes with tickets that wait for an owner and that no hand-out has looked at: their ring was lost."""
    with ports.db.read() as conn:
        active = teams.every(conn)
        found = []
        for box_id in mailboxes.connected(conn):
            own = mailboxes.get(conn, box_id)
            waking = (active.get(name, own).wake_at for name in hand_outs.teams_with_unowned(conn, box_id))
            if any(at is None for at in waking):
                found.append(box_id)
    return found
