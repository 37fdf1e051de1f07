"""A ticket's timeline in words: who did what, what it meant for the promises, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from inboxsla.domain.clock import State
from inboxsla.domain.delivery import with_bounces
from inboxsla.domain.escalation import ACTED
from inboxsla.domain.owed_courtesies import CUSTOMER
from inboxsla.domain.policy import Step
from inboxsla.domain.speech import Speech
from inboxsla.domain.step_words import customer_told, place, step_place, step_plan, too_short, would_have
from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.ticket_view import (
    METRIC_WORDS,
    PRIORITY_WORDS,
    STATUS_WORDS,
    StepView,
    TicketView,
    name_of,
)
from inboxsla.domain.timeline import Event, Kind, Metric, Span, Standing, Status


@dataclass(frozen=True, slots=True)
class Quote:
    """The message behind an event, as stored: hostile text, to be escaped wherever it appears."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `who` in bold, `what` they did, `so` what followed. `planned` lies ahead. `icon` names a picture."""

    at: datetime
    icon: str
    who: str
    what: str
    so: str = ""
    quote: str = ""
    planned: bool = False


def entries(
    events: Sequence[Event], facts: Standing, quotes: Mapping[str, Quote], names: Mapping[str, str], say: Speech
) -> tuple[Entry, ...]:
    """What happened, newest first. `quotes` maps an event's source to its message; `names` a staff address to a name."""
    newest_first = list(reversed(with_bounces(sorted(events, key=lambda event: event.order))))
    happened = {event.source for event in in_effect(newest_first)}
    told = [_told(event, facts, quotes.get(event.source), names, say) for event in newest_first]
    gone = say.text("taken back")
    seen = [
        entry if entry is None or event.source in happened else replace(entry, so=gone)
        for event, entry in zip(newest_first, told, strict=True)
    ]
    # What time does in the instant of an event comes before it.
    both = [entry for entry in (*seen, *_by_itself(in_effect(events), facts, say)) if entry is not None]
    return tuple(sorted(both, key=lambda entry: entry.at, reverse=True))


def _by_itself(events: Sequence[Event], facts: Standing, say: Speech) -> Iterator[Entry]:
    """What time alone did, which no event says."""
    said = {event.happened_at for event in events}
    closed = {e.happened_at for e in events if e.kind is Kind.STATUS_SET and e.data["status"] == Status.CLOSED}
    for span in facts.spans:
        if span.status == Status.CLOSED and span.start not in closed:
            so = say.text("the customer stayed silent")
            yield Entry(span.start, "status", "", say.text("Closed by itself"), so)
        elif span.status == Status.ON_HOLD and span.end is not None and span.end not in said:
            yield Entry(span.end, "status", "", say.text("The hold ended"), say.text("by itself"))


def planned(view: TicketView, say: Speech) -> tuple[Entry, ...]:
    """Steps that come if nothing happens before them, latest first."""
    coming = [
        Entry(
            step.instant,
            "step",
            "",
            step_plan(step.step, say) if step.skipped_under is None else say.text("Reminder skipped"),
            _where(clock.reading.metric, step, say),
            planned=True,
        )
        for clock in view.clocks
        if clock.reading.state is State.RUNNING
        for step in clock.steps
        if step.instant is not None and step.outcome is None and step.instant > view.now
    ]
    return tuple(sorted(coming, key=lambda entry: entry.at, reverse=True))


def _where(metric: Metric, step: StepView, say: Speech) -> str:
    there = place(metric, step.percent, step.offset, say, every=step.step.every)
    return there if step.skipped_under is None else f"{there}; {too_short(step.skipped_under, say)}"


def on_return(view: TicketView, say: Speech) -> tuple[str, ...]:
    """Steps that no time brings, only the customer, the nearest first: a sentence each."""
    return tuple(_on_return(step, say) for step in view.on_return)


def _on_return(step: Step, say: Speech) -> str:
    what = step_plan(step, say)
    if step.reopened == 1:
        return say.text("%(what)s (when the customer comes back after it was solved)", what=what)
    return say.text("%(what)s (when the customer has come back %(count)s times)", what=what, count=step.reopened or 0)


def _told(event: Event, facts: Standing, quote: Quote | None, names: Mapping[str, str], say: Speech) -> Entry | None:
    who = name_of(event.actor, names)
    text = quote.text if quote else ""
    at = event.happened_at
    if event.kind is Kind.CUSTOMER_WROTE:
        return Entry(
            at,
            "customer",
            (quote and quote.who) or say.text("The customer"),
            say.text("wrote"),
            _started(event, facts, say),
            text,
        )
    if event.kind is Kind.STAFF_WROTE:
        return Entry(at, "reply", who or say.text("The team"), say.text("wrote"), _stopped(event, facts, say), text)
    if event.kind is Kind.MACHINE_WROTE:
        so = say.text("automatic, so it neither starts nor stops a timer")
        return Entry(at, "machine", (quote and quote.who) or say.text("A machine"), say.text("wrote"), so, text)
    if event.kind is Kind.BOUNCED:
        return Entry(
            at, "bounce", say.text("The mail system"), say.text("could not deliver"), _lost(event, facts, say), text
        )
    if event.kind is Kind.ANSWERED_ELSEWHERE:
        so = _answered(event, facts, say)
        return Entry(at, "reply", who or say.text("The team"), say.text(_ANSWERED[event.data["how"]]), so)
    if event.kind is Kind.NOTED and event.data.get("where") == "label":
        what = say.text("“%(label)s” could not be done", label=event.data["what"])
        return Entry(at, "note", "", what, str(event.data["why"]))
    if event.kind is Kind.NOTED:
        what = "made this conversation a ticket" if event.data.get("where") == "made" else "added a note"
        return Entry(at, "note", who or say.text("The team"), say.text(what), "", text)
    return _changed(event, facts, names, say)


def _lost(bounce: Event, facts: Standing, say: Speech) -> str:
    of = bounce.data.get("of")
    if of in facts.unreached:
        return say.text("the mail before it does not count as an answer")
    return say.text("the mail before it reached others, so it still counts") if of else ""


def _changed(event: Event, facts: Standing, names: Mapping[str, str], say: Speech) -> Entry | None:
    at, data = event.happened_at, event.data
    who = name_of(event.actor, names) or say.text("Somebody in the mailbox")
    if event.kind is Kind.ASSIGNED:
        owner = name_of(data.get("owner"), names) or say.text("nobody")
        return Entry(
            at, "owner", "", say.text("Assigned to %(owner)s", owner=owner), say.text(str(data.get("why", "")))
        )
    if event.kind is Kind.STEP_TAKEN:
        # What they were told stands there as an event of its own.
        return None if data["metric"] == CUSTOMER and data["outcome"] == ACTED else _step(event, say)
    if event.kind is Kind.CUSTOMER_TOLD:
        return Entry(at, "customer", "", customer_told(event, name_of(facts.owner, names), say))
    if event.kind in _RULED or (event.kind in _BY_RULES_TOO and not event.actor and data.get("why")):
        return _ruled(event, name_of(event.actor, names), say)
    if event.kind is Kind.EXTENDED:
        timer, more = say.text(METRIC_WORDS[data["metric"]]).lower(), say.length(timedelta(seconds=data["seconds"]))
        what = say.text("gave %(timer)s %(length)s more", timer=timer, length=more)
        return Entry(at, "status", who, what, str(data.get("why", "")))
    if event.kind is Kind.STATUS_SET:
        status = say.text(STATUS_WORDS[data["status"]])
        return Entry(
            at, "status", who, say.text("set the status to %(status)s", status=status), str(data.get("reason", ""))
        )
    solved = any(span.status == Status.SOLVED and span.start == at for span in facts.spans)
    reopened = any(span.status in (Status.SOLVED, Status.CLOSED) and span.end == at for span in facts.spans)
    words = {
        Kind.ARCHIVED: ("archived the thread", "so the ticket is solved" if solved else ""),
        Kind.UNARCHIVED: ("moved the thread back to the inbox", "so the ticket is open again" if reopened else ""),
        Kind.REMOVED: ("moved the thread to spam or trash", "so no time counts"),
        Kind.RESTORED: ("took the thread out of spam or trash", "so time counts again"),
        Kind.ESCALATED: ("escalated the ticket", data.get("why") or "owner and lead are told"),
        Kind.MUTED: ("muted their reminders", "until somebody else or the customer does something"),
        Kind.UNDONE: ("took back what was done last", ""),
        Kind.PRIORITY_SET: ("changed the priority", PRIORITY_WORDS.get(data.get("priority", ""), "")),
    }
    if event.kind not in words:
        return None
    what, so = words[event.kind]
    return Entry(at, "status", who, say.text(what), say.text(so) if so else "")


_ANSWERED = {
    "phone": "answered by phone",
    "chat": "answered in a chat",
    "in person": "answered in person",
    "other mail": "answered by another mail",
}
_RULED = frozenset({Kind.POLICY_SET, Kind.TAGGED, Kind.CLASSIFIED, Kind.ROUTED})
# People do these as well; a rule or a reminder step says why it did.
_BY_RULES_TOO = frozenset({Kind.PRIORITY_SET, Kind.STATUS_SET})


def _ruled(event: Event, who: str | None, say: Speech) -> Entry:
    """What a rule or a reminder step, or somebody who changed the rules, made of the ticket; and why, as it was said then."""
    data = event.data
    words = {
        Kind.POLICY_SET: lambda: say.text(
            "Policy %(name)s, version %(version)s", name=data.get("name", ""), version=data.get("version", "")
        ),
        Kind.TAGGED: lambda: _tagged(data, say, by_somebody=bool(who)),
        Kind.PRIORITY_SET: lambda: say.text(
            "Priority set to %(priority)s", priority=say.text(PRIORITY_WORDS.get(data["priority"], "")).lower()
        ),
        Kind.STATUS_SET: lambda: say.text(
            "Status set to %(status)s", status=say.text(STATUS_WORDS[data["status"]]).lower()
        ),
        Kind.CLASSIFIED: lambda: ", ".join(
            f"{say.text(word)} {data[key]}" for key, word in (("channel", "Channel"), ("tier", "Tier")) if key in data
        ),
        Kind.ROUTED: lambda: say.text("For team %(team)s", team=data.get("team", "")),
    }
    by = who if who and event.kind is Kind.TAGGED else ""
    return Entry(event.happened_at, "rule", by, words[event.kind](), str(data.get("why", "")))


_TAGGED = {
    "add": ("Tagged %(tags)s", "added the tag %(tags)s", "added the tags %(tags)s"),
    "remove": ("No longer tagged %(tags)s", "took off the tag %(tags)s", "took off the tags %(tags)s"),
}


def _tagged(data: Mapping[str, Any], say: Speech, *, by_somebody: bool) -> str:
    found = [(words, data[key]) for key, words in _TAGGED.items() if data.get(key)]
    return "; ".join(say.text(words[by_somebody * min(len(tags), 2)], tags=", ".join(tags)) for words, tags in found)


def _step(event: Event, say: Speech) -> Entry:
    data = event.data
    so = step_place(data, say)
    if would := would_have(data, say):
        return Entry(
            event.happened_at, "step", "", say.text("Would have happened, were the mailbox live"), f"{would}; {so}"
        )
    if under := data.get("under"):
        why = too_short(timedelta(seconds=under), say)
        return Entry(event.happened_at, "step", "", say.text("Reminder skipped"), f"{so}; {why}")
    what = {
        "acted": "Reminder step taken",
        "skipped": "Reminder step passed over",
        "observed": "Reminder step noted; nobody is mailed while the mailbox is observed",
    }[data["outcome"]]
    return Entry(event.happened_at, "step", "", say.text(what), so)


def _started(event: Event, facts: Standing, say: Speech) -> str:
    if event.data.get("thanks") and any(_is_over_in(span, event.happened_at) for span in facts.spans):
        return say.text("only thanks, so the ticket stays solved")
    # Updates are promised anew with every answer: not worth a word each time.
    started = {c.metric for c in facts.cycles if c.key == event.source} - {Metric.UPDATE}
    begun = [say.text(METRIC_WORDS[metric]).lower() for metric in Metric if metric in started]
    return say.text("%(promises)s started", promises=say.text(" and ").join(begun)) if begun else ""


def _is_over_in(span: Span, at: datetime) -> bool:
    return span.status in (Status.SOLVED, Status.CLOSED) and span.start <= at and (span.end is None or at < span.end)


def _stopped(event: Event, facts: Standing, say: Speech) -> str:
    if event.source in facts.unreached:
        return say.text("it did not arrive, so it does not count as an answer")
    if kept := _answered(event, facts, say):
        return kept
    if _is_awaited(event.happened_at, facts) and not facts.customers.intersection(event.data.get("to", ())):
        return say.text("not addressed to the customer, so it does not count as an answer")
    return ""


def _answered(event: Event, facts: Standing, say: Speech) -> str:
    ended = [
        say.text(METRIC_WORDS[c.metric]).lower()
        for c in facts.cycles
        if c.ended_at == event.happened_at and c.outcome == "answered" and c.metric is not Metric.UPDATE
    ]
    return say.text("%(promises)s answered", promises=say.text(" and ").join(ended)) if ended else ""


def _is_awaited(at: datetime, facts: Standing) -> bool:
    """Whether an answer was, so that it is worth saying why one did not count."""
    return any(
        cycle.metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
        and cycle.started_at <= at
        and (cycle.ended_at is None or at <= cycle.ended_at)
        for cycle in facts.cycles
    )
