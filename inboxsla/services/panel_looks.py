"""How a ticket stands, worked out once and kept until something happens to it or time changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.domain.clock import Reading, Running, State, read_runs, runs_of
from inboxsla.domain.decide import decide
from inboxsla.domain.ticket_view import name_of
from inboxsla.domain.timeline import Event, Kind, Span, Standing
from inboxsla.domain.timeline_view import Entry, Quote, entries
from inboxsla.remembering import Lru
from inboxsla.services import blindness, correspondence
from inboxsla.services.acts import offered
from inboxsla.services.looking import Terms, view_of
from inboxsla.services.panel_views import Opened
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.speech import BabelSpeech
from inboxsla.storage import events, panel, policies, tickets
from inboxsla.storage.panel import Box, Found
from inboxsla.storage.policies import PolicyVersion
from inboxsla.storage.tickets import TicketRow

_MOST_LOOKS, _MOST_POLICIES = 4_000, 500
# What was worked out holds until something happens; the words of messages may be erased meanwhile, so not for ever.
_KEPT_FOR = timedelta(minutes=5)
_NAMES_KEPT_FOR = timedelta(minutes=1)
# Days are said from today, and names may change.
_SAID_FOR = timedelta(minutes=1)
_MINUTE, _INSTANT = timedelta(minutes=1), timedelta(microseconds=1)
_TOLD, _NOTES = 12, 4
_UNTOLD = frozenset({Kind.STEP_TAKEN})


@dataclass(frozen=True, slots=True)
class Kept:
    """What a ticket's events add up to, true from `since` until `until`; `told` and `notes` are its newest events."""

    facts: Standing
    runs: Sequence[Running]
    terms: Terms
    seen: int
    told: tuple[Event, ...]
    told_count: int
    notes: tuple[Event, ...]
    notes_count: int
    escalated: Event | None
    quotes: Mapping[str, Quote]
    since: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        return self.since <= now < self.until


class Looks:
    """The tickets that were looked at last, by id and version, and policy versions, which never change."""

    def __init__(self) -> None:
        self._kept: Lru[tuple[int, int], Kept] = Lru(_MOST_LOOKS)
        self._policies: Lru[int, PolicyVersion] = Lru(_MOST_POLICIES)
        self._staff: Lru[int, tuple[datetime, panel.Staff]] = Lru(_MOST_POLICIES)

    def staff(self, conn: Connection, mailbox_id: int, now: datetime) -> panel.Staff:
        """What colleagues are called, as of a minute ago at most."""
        kept = self._staff.get(mailbox_id)
        if kept is None or not kept[0] <= now < kept[0] + _NAMES_KEPT_FOR:
            kept = (now, panel.staff(conn, mailbox_id))
            self._staff.put(mailbox_id, kept)
        return kept[1]

    def policy(self, conn: Connection, policy_id: int) -> PolicyVersion:
        found = self._policies.get(policy_id)
        if found is None:
            found = policies.get(conn, policy_id)
            self._policies.put(policy_id, found)
        return found

    def of(self, conn: Connection, row: TicketRow, box: Box, now: datetime) -> Kept:
        """`now` is the instant the ticket is looked at; of an imported mailbox that of its newest message."""
        key = (row.id, row.version)
        found = self._kept.get(key)
        if found is None or not found.holds(now):
            found = self._worked_out(conn, row, box, now)
            self._kept.put(key, found)
        return found

    def _worked_out(self, conn: Connection, row: TicketRow, box: Box, now: datetime) -> Kept:
        timeline = events.timelines(conn, [row.id]).get(row.id, [])
        began = self.policy(conn, row.policy_id)
        named = {int(event.data["policy"]) for event in timeline if event.kind is Kind.POLICY_SET}
        later = {policy_id: self.policy(conn, policy_id).policy for policy_id in named}
        decision = decide(timeline, began.policy, now, box.live_since if box.is_live else None, later)
        facts = decision.facts
        in_force = self.policy(conn, facts.policies[-1][1]) if facts.policies else began
        newest = sorted(timeline, key=lambda event: event.order)
        told = [event for event in newest if not box.as_of or event.kind not in _UNTOLD]
        noted = [event for event in newest if event.kind is Kind.NOTED]
        escalated = [event for event in newest if event.kind is Kind.ESCALATED]
        return Kept(
            facts=facts,
            runs=runs_of(facts, began.policy, later),
            terms=Terms(began.policy, later, in_force),
            seen=max((event.number for event in timeline), default=0),
            told=tuple(told[-_TOLD:]),
            told_count=len(told),
            notes=tuple(noted[-_NOTES:]),
            notes_count=len(noted),
            escalated=escalated[-1] if escalated else None,
            quotes=_quotes(conn, row, (*told[-_TOLD:], *noted[-_NOTES:])),
            since=now,
            until=min(now + _KEPT_FOR, decision.wake_at or now + _KEPT_FOR),
        )


def _quotes(conn: Connection, row: TicketRow, shown: Sequence[Event]) -> dict[str, Quote]:
    """The messages and notes behind some events, by the events' sources."""
    ids = {correspondence.message_of(event.source) for event in shown} - {""}
    noted = {event.source: int(event.data["note"]) for event in shown if event.data.get("note") is not None}
    written, texts = panel.said(conn, row.mailbox_id, ids, noted.values())
    quotes = {correspondence.source_of(gmail_id): Quote(*each) for gmail_id, each in written.items()}
    return quotes | {source: Quote("", texts[number]) for source, number in noted.items() if number in texts}


def opened(
    conn: Connection,
    ports: Ports,
    looks: Looks,
    viewer: Viewer,
    found: Found,
    say: BabelSpeech,
    now: datetime,
    *,
    behind: bool = False,
) -> Opened:
    """A ticket as `viewer` sees it at `now`."""
    assert found.ticket_id is not None, "the caller has looked"
    row, box = tickets.load(conn, found.ticket_id), found.box
    at = box.as_of or now
    kept = looks.of(conn, row, box, at)
    names, leads = looks.staff(conn, box.id, now)
    reading = read_runs(kept.runs, kept.facts, at)
    view = view_of(row, box, kept.facts, reading, kept.terms, names, at, kept.seen)
    held = _held(kept.facts.spans)
    noted = entries(kept.notes, kept.facts, kept.quotes, names, say)
    told = _told(kept, names, say)
    return Opened(
        view=view,
        reader=viewer.address,
        is_mailbox=viewer.is_mailbox,
        seen=kept.seen,
        happened=told,
        happened_count=max(kept.told_count, len(told)),
        notes=tuple(each for each in noted if each.icon == "note"),
        notes_count=kept.notes_count,
        names=names,
        leads=leads,
        can=frozenset(spec.name for spec in offered(view, viewer, box.id)),
        hold_keeps=kept.facts.hold_keeps_on_reply,
        held_by=name_of(held.by, names) or "" if held else "",
        held_at=held.start if held else None,
        escalated=_escalated(kept, names, say),
        remarks=_remarks(conn, ports, row, found, say, now),
        holds_until=min(kept.until, at + _SAID_FOR, *_minutes(kept.runs, reading)) if box.as_of is None else None,
        behind=behind,
    )


def _minutes(runs: Sequence[Running], reading: Reading) -> Iterator[datetime]:
    """When a length would next be said differently: what is used and what is left are said in whole minutes."""
    for run, clock in zip(runs, reading.clocks, strict=True):
        if clock.state is not State.RUNNING:
            continue
        for used in (clock.elapsed % _MINUTE, -clock.left % _MINUTE):
            # A full minute is left behind as soon as time counts again.
            until = run.instant_of(clock.elapsed + (_MINUTE - used if used else _INSTANT))
            if until is not None:
                yield until


def _told(kept: Kept, names: Mapping[str, str], say: BabelSpeech) -> tuple[Entry, ...]:
    """The newest entries. What time did by itself before the oldest event shown is not told, for its event may be unseen."""
    oldest = kept.told[0].happened_at if kept.told and kept.told_count > len(kept.told) else None
    all_of_them = entries(kept.told, kept.facts, kept.quotes, names, say)
    return tuple(each for each in all_of_them if oldest is None or each.at >= oldest)


def _held(spans: Sequence[Span]) -> Span | None:
    newest = spans[-1] if spans else None
    return next((s for s in reversed(spans) if s.status == "on_hold" and s.end is None), None) if newest else None


def _escalated(kept: Kept, names: Mapping[str, str], say: BabelSpeech) -> Entry | None:
    if kept.escalated is None or kept.facts.status.is_over:
        return None
    told = entries([kept.escalated], kept.facts, {}, names, say)
    return next((each for each in told if each.at == kept.escalated.happened_at and each.icon == "status"), None)


def _remarks(
    conn: Connection, ports: Ports, row: TicketRow, found: Found, say: BabelSpeech, now: datetime
) -> tuple[str, ...]:
    """What this card may not know: spans without sync, a mailbox that cannot be read, one that is only observed."""
    box = found.box
    remarks = []
    if box.access_lost_at is not None:
        remarks.append(box.sync_error or say.text("InboxSLA has lost its access to this mailbox."))
    over = row.status in ("solved", "closed") and row.last_activity is not None
    end = row.last_activity if over and row.last_activity is not None else now
    if found.was_blind or blindness.since(ports.settings, box, now) is not None:
        spans = blindness.spans(conn, ports.settings, [box], row.opened_at, end, now)
        remarks += [blindness.said(span, say, now) for span in spans[-2:]]
    if box.as_of is not None:
        remarks.append(say.text("This ticket was read from a file; it stands as it stood then."))
    elif not box.is_live:
        remarks.append(
            say.text("This mailbox is only observed so far: nothing is written to Gmail, and nobody is reminded.")
        )
    return tuple(remarks)
