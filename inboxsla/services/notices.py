"""From acts owed to mails composed: carries out reassignments, finds out who is told, and freezes acts into envelopes."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from inboxsla.domain.assignment import Person, should_move
from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Metric
from inboxsla.errors import TicketMoved, TryLater
from inboxsla.notify.compose import compose
from inboxsla.notify.notice import Item, Notice, Told
from inboxsla.services import assign, correspondence, links, settle
from inboxsla.services.correspondence import Staff
from inboxsla.services.looking import Look, look
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes, mailboxes, messages, outbox, people, records, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

log = structlog.get_logger()

_BATCH = 500
_HOUR = timedelta(hours=1)
# Kept gently: a reminder soon after another about the same ticket says nothing new. A miss and a hand-over always do.
_MERGES = frozenset({Told.REMIND_OWNER})
_STRENGTH = {told: rank for rank, told in enumerate(Told)}


@dataclass(frozen=True, slots=True)
class _Told:
    act: Owed
    told: Told
    person: Person


def compose_owed(ports: Ports, mailbox_id: int) -> int:
    """Turn what a mailbox owes now into mails ready to send, one per person. Returns how many mails."""
    return settle.again_if_moved(lambda: _compose_owed(ports, mailbox_id))


def _compose_owed(ports: Ports, mailbox_id: int) -> int:
    now = ports.now()
    with ports.db.write() as conn:
        # Two at once would each compose a mail about the same acts.
        mailbox = mailboxes.lock(conn, mailbox_id)
        if not mailbox.is_live:
            outbox.drop_for_mailbox(conn, mailbox_id, now, "the mailbox is not live")
            return 0
        _reassign(conn, ports, mailbox, now)
        owed = [act for act in outbox.owed(conn, mailbox_id, now, _BATCH) if act.act != Do.REASSIGN]
        looks = _looks(conn, owed, now)
        wanted = [act for act in owed if act.ticket_id in looks and _still_wanted(conn, act, looks[act.ticket_id], now)]
        told = _resolve(conn, ports, mailbox, wanted, looks, now)
        by_person: dict[str, list[_Told]] = defaultdict(list)
        for one in told:
            by_person[one.person.address].append(one)
        for address, mine in by_person.items():
            try:
                _enclose(conn, ports, mailbox, mine, looks, now)
            except Exception as error:
                _set_apart(conn, f"mail/{address}", f"A mail to {address}", error, now)
        return len(by_person)


def _looks(conn: Connection, acts: Iterable[Owed], now: datetime) -> dict[int, Look]:
    """Each act's ticket as it stands; one that cannot be worked out is left out, with an alarm, and tried again later."""
    found: dict[int, Look] = {}
    for ticket_id in dict.fromkeys(act.ticket_id for act in acts):
        try:
            found[ticket_id] = look(conn, [tickets.load(conn, ticket_id)], now)[0]
        except Exception as error:
            _set_apart(conn, f"notice/{ticket_id}", f"What ticket {ticket_id} owes", error, now)
    return found


def _set_apart(conn: Connection, key: str, what: str, error: Exception, now: datetime) -> None:
    if isinstance(error, TryLater | TicketMoved | DBAPIError):
        raise error
    log.error("set apart", key=key, exc_info=error)
    words = f"{what} could not be processed ({type(error).__name__}); the log says where. The rest goes on."
    records.alarm(conn, key, words, now)


def _still_wanted(conn: Connection, act: Owed, seen: Look, now: datetime) -> bool:
    """A reminder about a promise that was answered meanwhile is not sent."""
    if "metric" not in act.data:
        return True
    live = any(
        clock.reading.metric == act.data["metric"]
        and clock.reading.key == act.data["cycle"]
        and clock.reading.state is State.RUNNING
        for clock in seen.view.clocks
    )
    if not live or seen.decision.facts.away:
        outbox.finish(conn, [act.id], "dropped", now, "no longer needed when the mail was due")
        return False
    return True


def _resolve(
    conn: Connection, ports: Ports, mailbox: MailboxRow, acts: Sequence[Owed], looks: Mapping[int, Look], now: datetime
) -> list[_Told]:
    """Who gets each act now. An act for several people becomes one act each."""
    staff = people.of_mailbox(conn, mailbox.id)
    by_address = {person.address: person for person in staff}
    found: list[_Told] = []
    for act in acts:
        recipients = _recipients(act, looks[act.ticket_id], staff, by_address)
        if not recipients:
            _nobody(conn, mailbox, act, now)
            continue
        first, *others = recipients
        for person in others:
            copy = {**act.data, "recipient": person.address}
            key = f"{_local_key(act)}@{person.address}"
            outbox.put(conn, mailbox.id, act.ticket_id, [(key, act.act, "person", copy)], now)
            copied = outbox.by_key(conn, f"{act.ticket_id}/{key}")
            if copied is not None:
                found.extend(_unless_lately(conn, ports, copied, person, now))
        found.extend(_unless_lately(conn, ports, act, first, now))
    return found


def _local_key(act: Owed) -> str:
    return act.key.removeprefix(f"{act.ticket_id}/")


def _unless_lately(conn: Connection, ports: Ports, act: Owed, person: Person, now: datetime) -> list[_Told]:
    told = Told(act.data.get("told", act.act))
    since = now - ports.settings.notify.merge_within
    if told in _MERGES and outbox.lately_mailed(conn, act.ticket_id, person.address, since):
        outbox.finish(conn, [act.id], "done", now, f"covered by the mail {person.name} got shortly before")
        return []
    return [_Told(act, told, person)]


def _recipients(act: Owed, seen: Look, staff: Sequence[Person], by_address: Mapping[str, Person]) -> list[Person]:
    """The people an act is for; where its role is empty or gone, whoever stands in: leads, then admins, then everybody."""
    if act.role == "person":
        named = by_address.get(str(act.data["recipient"]))
        return [named] if named else []
    owner = by_address.get(seen.view.owner or "")
    if act.role == "owner" and owner is not None:
        return [owner]
    for role in ("lead", "admin", "agent"):
        standing_in = [person for person in staff if person.role == role]
        if standing_in:
            return standing_in
    return []


def _nobody(conn: Connection, mailbox: MailboxRow, act: Owed, now: datetime) -> None:
    if act.role == "person":
        outbox.finish(conn, [act.id], "dropped", now, f"{act.data['recipient']} is no longer on the people list")
        return
    outbox.finish(conn, [act.id], "dropped", now, "nobody could be told")
    words = f"Nobody could be told about ticket {act.ticket_id}: nobody is on the people list of {mailbox.address}."
    records.alarm(conn, f"nobody/{mailbox.id}", words, now, mailbox.id)


def _reassign(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> None:
    acts = [act for act in outbox.owed(conn, mailbox.id, now, _BATCH) if act.act == Do.REASSIGN]
    looks = _looks(conn, acts, now)
    for act in acts:
        if act.ticket_id in looks and _still_wanted(conn, act, looks[act.ticket_id], now):
            _reassign_one(conn, ports, mailbox, act, looks[act.ticket_id], now)


def _reassign_one(conn: Connection, ports: Ports, mailbox: MailboxRow, act: Owed, seen: Look, now: datetime) -> None:
    owner = seen.view.owner
    active = {person.address for person in people.of_mailbox(conn, mailbox.id)}
    moves = should_move(
        owner,
        touched_since_last_step=_touched(seen, act),
        owner_can_act=owner in active,
        rule=ports.settings.assignment.reassign,
    )
    if not moves:
        outbox.finish(conn, [act.id], "done", now, "stays: its owner has touched it since the last step")
        return
    full = _at_their_cap(conn, ports, mailbox, now)
    person = assign.pick(conn, ports, mailbox.id, without={owner or "", *full})
    if person is None:
        outbox.finish(conn, [act.id], "done", now, "stays: nobody else can take it now")
        return
    promise = Metric(act.data["metric"]).value.replace("_", " ")
    why = f"the {promise} promise ran out"
    ticket = tickets.load(conn, act.ticket_id)
    assign.hand_over(conn, ticket, mailbox, person.address, why, f"reassign:{_local_key(act)}", now)
    outbox.finish(conn, [act.id], "done", now, f"handed to {person.address}")
    _tell_of_move(conn, mailbox, act, owner, person.address, now)


def _touched(seen: Look, act: Owed) -> bool:
    """Whether staff did anything on the ticket since the reminder step before this one."""
    facts = seen.decision.facts
    before = [
        taken.instant
        for (metric, cycle, step), taken in facts.steps.items()
        if metric == act.data["metric"] and cycle == act.data["cycle"] and step != f"{act.data['percent']}%"
    ]
    return facts.last_touched is not None and bool(before) and facts.last_touched > max(before)


def _at_their_cap(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> set[str]:
    """People who were handed as many tickets within the hour as one person should get."""
    counts = outbox.count_handed(conn, mailbox.id, Told.REASSIGNED_TO_YOU.value, now - _HOUR)
    return {address for address, count in counts.items() if count >= ports.settings.assignment.cap_per_hour}


def _tell_of_move(conn: Connection, mailbox: MailboxRow, act: Owed, old: str | None, new: str, now: datetime) -> None:
    """The new owner is told; the notice to the old one, if the step owes it, says where the ticket went."""
    key = _local_key(act)
    data: dict[str, Any] = {**act.data, "told": Told.REASSIGNED_TO_YOU.value, "recipient": new}
    outbox.put(conn, mailbox.id, act.ticket_id, [(f"{key}/to", Told.REASSIGNED_TO_YOU.value, "person", data)], now)
    sibling = outbox.by_key(conn, f"{act.key.removesuffix(Do.REASSIGN)}{Do.NOTIFY_OWNER}")
    if sibling is None:
        return
    if old is None:
        outbox.finish_owed(conn, sibling.id, "dropped", now, "nobody owned it")
    else:
        moved = {**sibling.data, "told": Told.REASSIGNED_FROM_YOU.value, "recipient": old}
        outbox.direct(conn, sibling.id, "person", moved)


def _enclose(
    conn: Connection, ports: Ports, mailbox: MailboxRow, mine: Sequence[_Told], looks: Mapping[int, Look], now: datetime
) -> None:
    """One mail for one person about everything owed to them now; of several acts on a ticket the weightiest is told."""
    person = mine[0].person
    strongest: dict[int, _Told] = {}
    for one in mine:
        before = strongest.get(one.act.ticket_id)
        if before is None or _weight(one) > _weight(before):
            strongest[one.act.ticket_id] = one
    items = [_item(conn, ports, mailbox, one, looks[one.act.ticket_id]) for one in strongest.values()]
    items.sort(key=lambda item: (-_risk(item), item.view.id))
    marker = secrets.token_hex(12)
    notice = Notice(
        marker=marker,
        mailbox=mailbox.address,
        recipient=person.address,
        recipient_name=person.name,
        zone=person.zone,
        items=tuple(items),
        composed_at=now,
        sender_name=ports.settings.notify.sender_name,
    )
    letter = compose(notice, English(person.zone))
    raw = letter.raw.decode("ascii")
    envelope_id = envelopes.compose(conn, mailbox.id, marker, person.address, letter.subject, raw, now)
    outbox.enclose(conn, [one.act.id for one in mine], envelope_id)


def _weight(one: _Told) -> tuple[int, int]:
    return (_STRENGTH[one.told], int(one.act.data.get("percent", 0)))


def _risk(item: Item) -> float:
    return max((c.reading.fraction for c in item.view.clocks if c.reading.state is State.RUNNING), default=0.0)


def _item(conn: Connection, ports: Ports, mailbox: MailboxRow, one: _Told, seen: Look) -> Item:
    thread = messages.of_thread(conn, mailbox.id, seen.ticket.thread_id)
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    asked = [
        row for row in thread if row.kind == "human" and not staff.wrote(row) and not row.labels & correspondence.AWAY
    ]
    newest = asked[-1] if asked else None
    leads = [p.name for p in people.of_mailbox(conn, mailbox.id) if p.role == "lead"]
    return Item(
        view=seen.view,
        metric=Metric(one.act.data["metric"]),
        percent=int(one.act.data["percent"]),
        do=one.told,
        excerpt=newest.excerpt if newest else "",
        customer_wrote_at=newest.internal_at if newest else None,
        gmail_url=links.gmail_url(ports.settings, mailbox.address, seen.ticket.thread_id),
        ticket_url=links.ticket_url(ports.settings, seen.ticket.id),
        lead_name=leads[0] if leads else "",
    )
