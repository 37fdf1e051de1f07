"""What the rules say about a ticket, as events: at its first message, and again when what they ask about has changed.

Rules see the message that began the ticket, as far as it is kept, so that asking them again later, or asking a draft of
them, sees the same. What a person decided by hand stays: rules only fill in what nobody said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inboxsla.domain.fold import standing
from inboxsla.domain.rules import Facts, Ruling
from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.timeline import Event, Habits, Kind, Standing
from inboxsla.services import correspondence, rulebook
from inboxsla.services.correspondence import Staff
from inboxsla.services.rulebook import Rulebook
from inboxsla.storage import messages, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import TicketRow

# How many earlier tickets of a customer rules can count.
EARLIER = 100
# How the events of raised priorities are named.
RAISED = "raise:"
# And those of tags that reminder steps add.
TAGGED = "tag:"
# How the events begin that somebody in the mailbox asked for by a label: Gmail does not say who. So named that at equal
# instants they come after what was there when the label was put on.
BY_LABEL = "wish:"
# How the events begin that somebody asked for on a card or page. Asked for as "wished:take:…" they are kept as
# "wished:000017:take:…": so named that at equal instants they come last, in the order they were done.
BY_ACT = "wished:"
# What rules say at the beginning; so named that at equal instants it comes before everything people do.
BEGINS = "begins"
_BY_HAND = {Kind.PRIORITY_SET: "priority", Kind.ASSIGNED: "owner", Kind.STATUS_SET: "status", Kind.ROUTED: "team"}


@dataclass(frozen=True, slots=True)
class First:
    """What a new ticket begins with: the policy version, and what the rules said beside."""

    policy_id: int
    events: tuple[Event, ...]


def first(conn: Connection, mailbox: MailboxRow, rows: Sequence[MessageRow], staff: Staff, requester: str) -> First:
    """Ask the rules about a thread that becomes a ticket."""
    book = rulebook.in_force(conn)
    if book is None:
        policy_id = policies.newest_id(conn, mailbox.policy_name)
        assert policy_id is not None, "a policy is saved before anything is synced"
        return First(policy_id, ())
    begins = beginning(rows, staff)
    ruling = book.ask(facts_of(conn, mailbox, begins, requester))
    name, policy_id = book.policy_for(ruling, mailbox.address)
    told = Standing(team=book.team_of(mailbox.address))
    at = begins.internal_at
    rule = ruling.rule_of("policy")
    events = [_policy(book, name, policy_id, ruling, at, BEGINS)] if rule else []
    events += changes(ruling, told, at, BEGINS, begins=True)
    if told.team and ruling.team is None and ruling.strategy is None:
        events.append(_to_own_team(told.team, at, BEGINS))
    return First(policy_id, tuple(events))


def again(
    conn: Connection,
    ticket: TicketRow,
    mailbox: MailboxRow,
    timeline: Sequence[Event],
    at: datetime,
    source: str,
    *,
    why: str = "",
    renew: bool = False,
) -> list[Event]:
    """What the rules say now that tags, tier or priority, or the rules themselves, have changed: only what differs.

    `source` begins the names of the events and must be new on the ticket. `why` is said where no rule decides. A ticket whose
    policy stays the same keeps the version it has, unless `renew`: who saved it for new tickets only meant that. With `renew`
    a ticket that is nobody's and of no team goes to the team its mailbox has now.
    """
    book = rulebook.in_force(conn)
    if book is None:
        return []
    rows = messages.of_thread(conn, mailbox.id, ticket.thread_id)
    if not rows:
        return []
    facts = standing(timeline, Habits(), at)
    now_id = facts.policies[-1][1] if facts.policies else ticket.policy_id
    begins = beginning(rows, None, ticket.requester)
    if begins.erased_at is None:
        ruling = book.ask(facts_of(conn, mailbox, begins, ticket.requester, facts, timeline))
    else:
        # Rules that cannot see what they ask about would take back what they said when they could.
        still = policies.get(conn, now_id).name
        ruling = Ruling(policy=still if still in book.versions else None)
    name, policy_id = book.policy_for(ruling, mailbox.address)
    events = changes(ruling, facts, at, source, begins=False)
    if policy_id != now_id and (renew or name != policies.get(conn, now_id).name):
        events = [_policy(book, name, policy_id, ruling, at, source, why), *events]
    own = book.team_of(mailbox.address)
    if renew and own and not (facts.team or facts.owner) and ruling.team is None and ruling.strategy is None:
        events.append(_to_own_team(own, at, source))
    return events


def _to_own_team(team: str, at: datetime, source: str) -> Event:
    return Event(Kind.ROUTED, at, f"{source}:routed", data={"team": team, "why": "the mailbox's own team"})


def beginning(rows: Sequence[MessageRow], staff: Staff | None, requester: str = "") -> MessageRow:
    """The message rules are asked about: the customer's first that has its text, else the first of all."""
    human = correspondence.with_text_first([row for row in rows if row.kind == "human"])
    if staff is not None:
        return next((row for row in human if not staff.wrote(row)), human[0] if human else rows[0])
    return next((row for row in human if correspondence.customer_of(row) == requester), human[0] if human else rows[0])


def facts_of(
    conn: Connection,
    mailbox: MailboxRow,
    row: MessageRow,
    requester: str,
    told: Standing | None = None,
    timeline: Iterable[Event] = (),
    *,
    counted: bool = True,
) -> Facts:
    """The kept message, and what is known of its ticket and its customer, as rules see them.

    Without `counted` nobody looks how many tickets the customer opened before: for many messages and rules that do not ask.
    """
    told = told or Standing()
    asks = bool(requester) and counted
    earlier = tickets.opened_before(conn, mailbox.id, requester, row.internal_at, EARLIER) if asks else ()
    labels = (mailbox.label_names.get(each, each) for each in sorted(row.labels))
    return Facts(
        at=row.internal_at,
        sender=row.sender,
        requester=str(row.headers.get("requester_hint") or ""),
        recipients=tuple(dict.fromkeys((*row.recipients, *_delivered_to(row)))),
        subject=row.subject,
        body=row.excerpt,
        headers={name: [value] for name, value in row.headers.get("asked", {}).items()},
        attachments=tuple(row.headers.get("attachments", ())),
        labels=tuple(labels),
        size=int(row.headers.get("size", 0)),
        priority=told.priority,
        tags=tuple(sorted(told.tags)),
        tier=told.tier if "tier" in _decided(timeline) else "",
        channel=told.channel if "channel" in _decided(timeline) else "",
        earlier=tuple(earlier),
        mailbox=mailbox.address,
        by_hand=_decided(timeline),
    )


def facts_anew(
    conn: Connection, mailbox: MailboxRow, rows: Sequence[MessageRow], requester: str, happened: Iterable[Event]
) -> Facts:
    """What rules would see if the ticket began now. `happened` is its timeline without what policies and rules made of it."""
    happened = list(happened)
    tags: set[str] = set()
    for event in happened:
        tags = tags.difference(event.data.get("remove", ())) | set(event.data.get("add", ()))
    begins = beginning(rows, None, requester)
    return facts_of(conn, mailbox, begins, requester, Standing(tags=frozenset(tags)), happened)


def _delivered_to(row: MessageRow) -> list[str]:
    asked = row.headers.get("asked", {})
    named = (asked.get(name, "") for name in ("delivered-to", "x-original-to", "x-forwarded-to"))
    return [address.strip().lower() for address in named if "@" in address]


def _decided(timeline: Iterable[Event]) -> frozenset[str]:
    """What a person, or a reminder step that a person wrote, decided: in the words of `Facts.by_hand`."""
    found: set[str] = set()
    for event in in_effect(list(timeline)):
        if event.actor is None and not event.source.startswith((RAISED, TAGGED, BY_LABEL, BY_ACT)):
            continue
        if event.kind in _BY_HAND:
            found.add(_BY_HAND[event.kind])
        elif event.kind is Kind.TAGGED:
            found.update(f"tag:{tag}" for key in ("add", "remove") for tag in event.data.get(key, ()))
        elif event.kind is Kind.CLASSIFIED:
            found.update(key for key in ("tier", "channel") if key in event.data)
    return frozenset(found)


def _policy(
    book: Rulebook, name: str, policy_id: int, ruling: Ruling, at: datetime, source: str, why: str = ""
) -> Event:
    rule = ruling.rule_of("policy") or ""
    data: dict[str, Any] = {
        "policy": policy_id,
        "name": name,
        "version": book.version_of(policy_id),
        "rule": rule,
        "why": ruling.because("policy") or why,
    }
    return Event(Kind.POLICY_SET, at, f"{source}:policy", data=data)


def changes(ruling: Ruling, facts: Standing, at: datetime, source: str, *, begins: bool) -> list[Event]:
    """What the rules said and the ticket does not have yet, as events at `at`. Status and owner are only given at the beginning."""
    events: list[Event] = []

    def say(kind: Kind, what: str, action: str, **data: Any) -> None:
        events.append(Event(kind, at, f"{source}:{what}", data={**data, "why": ruling.because(action)}))

    if ruling.priority and ruling.priority != facts.priority:
        say(Kind.PRIORITY_SET, "priority", "priority", priority=ruling.priority)
    add = [tag for tag in ruling.tags if tag not in facts.tags]
    remove = [tag for tag in ruling.untag if tag in facts.tags]
    if add or remove:
        say(Kind.TAGGED, "tags", f"tag:{(add or remove)[0]}", add=add, remove=remove)
    classified = {
        key: value
        for key, value in (("tier", ruling.tier), ("channel", ruling.channel))
        if value and value != getattr(facts, key)
    }
    if classified:
        say(Kind.CLASSIFIED, "classified", next(iter(classified)), **classified)
    if ruling.team and (ruling.team, ruling.strategy) != (facts.team, facts.strategy):
        say(Kind.ROUTED, "routed", "team", team=ruling.team, strategy=ruling.strategy)
    elif ruling.strategy and ruling.strategy != facts.strategy:
        say(Kind.ROUTED, "routed", "strategy", team=facts.team, strategy=ruling.strategy)
    if begins and ruling.owner:
        say(Kind.ASSIGNED, "owner", "owner", owner=ruling.owner)
    if begins and ruling.not_a_ticket:
        say(Kind.STATUS_SET, "status", "not_a_ticket", status="not_a_ticket", reason="")
    elif begins and ruling.status:
        say(Kind.STATUS_SET, "status", "status", status=ruling.status, reason="")
    return events
