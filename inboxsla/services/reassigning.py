"""A promise that ran out moves its ticket on: to whom, by the settings, and who is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from inboxsla.domain.assignment import Chosen, Waits, should_move
from inboxsla.domain.duty import on_duty
from inboxsla.domain.policy import Do
from inboxsla.domain.timeline import Metric
from inboxsla.notify.notice import Told
from inboxsla.services import assign
from inboxsla.services.looking import Look
from inboxsla.services.owing import BATCH, local_key, looks_at, returned, still_wanted
from inboxsla.services.ports import Ports
from inboxsla.services.roster import Roster, rosters
from inboxsla.storage import outbox, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

_HOUR = timedelta(hours=1)
_HAD_ENOUGH = Waits(
    None, "everybody who could take it was handed as many tickets within the hour as one person gets", full=True
)


def reassign(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> None:
    """Carry out every reassignment the mailbox (which is locked) owes, in the caller's transaction."""
    acts = [act for act in outbox.owed(conn, mailbox.id, now, BATCH) if act.act == Do.REASSIGN]
    looks = looks_at(conn, acts, now)
    wanted = [act for act in acts if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now)]
    if not wanted:
        return
    by_team = rosters(conn, mailbox, ports.settings, {looks[act.ticket_id].ticket.team for act in wanted})
    for act in wanted:
        seen = looks[act.ticket_id]
        _reassign_one(conn, ports, by_team[seen.ticket.team], mailbox, act, seen, now)


def _reassign_one(
    conn: Connection, ports: Ports, roster: Roster, mailbox: MailboxRow, act: Owed, seen: Look, now: datetime
) -> None:
    owner = seen.view.owner
    there = {person.address for person in roster.people_of(mailbox.id) if on_duty(person, now)}
    moves = should_move(
        owner,
        touched_since_last_step=_touched(seen, act),
        owner_can_act=owner in there,
        rule=ports.settings.assignment.reassign,
    )
    if not moves:
        outbox.finish(conn, [act.id], "done", now, "stays: its owner has touched it since")
        return
    full = _at_their_cap(conn, ports, mailbox, now)
    strategy = seen.decision.facts.strategy
    answer = roster.choose(mailbox.id, now, strategy=strategy, without={owner or "", *full}, leads_too=True)
    if isinstance(answer, Waits):
        had_enough = isinstance(
            roster.choose(mailbox.id, now, strategy=strategy, without={owner or ""}, leads_too=True), Chosen
        )
        _nobody_now(conn, act, _HAD_ENOUGH if full and had_enough else answer, now)
        return
    person = answer.person
    why = returned(act) or _ran_out(act)
    ticket = tickets.load(conn, act.ticket_id)
    assign.hand_over(conn, ticket, mailbox, person.address, why, f"reassign:{local_key(act)}", now)
    roster.given(mailbox.id, person, ticket.status, ticket.urgency)
    outbox.finish(conn, [act.id], "done", now, f"handed to {person.address}")
    _tell_of_move(conn, mailbox, act, owner, person.address, now)


def _ran_out(act: Owed) -> str:
    promise = Metric(act.data["metric"]).value.replace("_", " ")
    return f"the {promise} promise ran out"


def _nobody_now(conn: Connection, act: Owed, waits: Waits, now: datetime) -> None:
    """Nobody else is there to take it: look again when somebody is, if only the hour is in the way."""
    if waits.until is None or waits.full:
        outbox.finish(conn, [act.id], "done", now, f"stays: {waits.why}")
    else:
        outbox.hold(conn, act.id, waits.until, f"waits: {waits.why}")


def _touched(seen: Look, act: Owed) -> bool:
    """Whether staff did anything on the ticket since the reminder step before this one, or since the customer came back."""
    facts = seen.decision.facts
    if times := act.data.get("reopened"):
        return facts.last_touched is not None and facts.last_touched > facts.reopenings[times - 1]
    before = [
        taken.instant
        for (metric, cycle, step), taken in facts.steps.items()
        if metric == act.data["metric"]
        and cycle == act.data["cycle"]
        and step != act.data.get("step", f"{act.data['percent']}%")
    ]
    return facts.last_touched is not None and bool(before) and facts.last_touched > max(before)


def _at_their_cap(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> set[str]:
    """People who were handed as many tickets within the hour as one person should get."""
    counts = outbox.count_handed(conn, mailbox.id, Told.REASSIGNED_TO_YOU.value, now - _HOUR)
    return {address for address, count in counts.items() if count >= ports.settings.assignment.cap_per_hour}


def _tell_of_move(conn: Connection, mailbox: MailboxRow, act: Owed, old: str | None, new: str, now: datetime) -> None:
    """The new owner is told; the notice to the old one, if the step owes it, says where the ticket went."""
    key = local_key(act)
    data: dict[str, Any] = {**act.data, "told": Told.REASSIGNED_TO_YOU.value, "recipient": new}
    outbox.put(conn, mailbox.id, act.ticket_id, [(f"{key}/to", Told.REASSIGNED_TO_YOU.value, "person", data)], now)
    sibling = outbox.by_key(conn, f"{act.key.removesuffix(Do.REASSIGN)}{Do.NOTIFY_OWNER}")
    if sibling is None:
        return
    if old is None:
        outbox.finish_owed(conn, sibling.id, "dropped", now, "nobody owned it")
        return
    moved = {**sibling.data, "told": Told.REASSIGNED_FROM_YOU.value, "recipient": old}
    if not outbox.direct(conn, sibling.id, "person", moved):
        # Told of the miss before anybody was there to take it over.
        act_of_its_own = (f"{key}/from", Told.REASSIGNED_FROM_YOU.value, "person", moved)
        outbox.put(conn, mailbox.id, act.ticket_id, [act_of_its_own], now)
