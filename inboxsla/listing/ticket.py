"""One ticket: its promises, why they fall due when they do, what happened and what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from inboxsla.domain.speech import English, with_hours
from inboxsla.domain.ticket_view import (
    PRIORITY_WORDS,
    STATUS_WORDS,
    URGENCY_WORDS,
    ClockView,
    TicketView,
    clock_time_left,
    how_it_ended,
    said_lengths,
)
from inboxsla.domain.timeline_view import Entry
from inboxsla.domain.why import extended_words
from inboxsla.listing.board import AWAY
from inboxsla.listing.words import count, moment, plain
from inboxsla.services.views import TicketPage

_SPANS = 40
_QUOTE = 160
_SPAN_WORDS = {
    "counted": "counted",
    "closed": "closed",
    "holiday": "closed, holiday or special day",
    "paused": "paused",
    "solved": "solved",
    "away": "out of the inbox",
    "left": "still to come",
}


def one(page: TicketPage, say: English, *, why: bool) -> str:
    """The whole ticket; with `why` every due time is explained span by span."""
    view = page.view
    lines = [f"#{view.id}  {plain(view.subject) or '(no subject)'}", *_facts(page, say), ""]
    for clock in view.clocks:
        lines.append(f"{clock.name}: {_said(clock, view, say)}")
        if why:
            lines.extend(_why(clock, view, say))
    if not view.clocks:
        lines.append("No promise was made: nobody outside has written yet.")
    if page.planned:
        lines += ["", "What comes next, if nothing happens before", *(_line(e, say) for e in reversed(page.planned))]
    if page.on_return:
        lines += ["", "What comes if the customer comes back", *(f"  {plain(words)}" for words in page.on_return)]
    lines += ["", "What happened, newest first", *(line for entry in page.happened for line in _told(entry, say))]
    return "\n".join(lines) + "\n"


def _facts(page: TicketPage, say: English) -> Iterator[str]:
    view = page.view
    name, address = plain(view.requester_name), plain(view.requester)
    status = STATUS_WORDS.get(view.status, AWAY)
    yield _fact("From", address if name in ("", address) else f"{name} <{address}>")
    yield _fact(
        "Mailbox", plain(view.mailbox) + (f", imported, as of {moment(view.now, say)}" if page.mailbox.as_of else "")
    )
    yield _fact("Owner", plain(view.owner_name or "nobody"))
    yield _fact(
        "Status",
        f"{status} · {URGENCY_WORDS[view.urgency]} · {PRIORITY_WORDS.get(view.priority, view.priority)} priority",
    )
    if view.waiting_since is not None:
        yield _fact("Waiting", f"since {moment(view.waiting_since, say)}")
    if view.reopened:
        yield _fact("Reopened", f"{'once' if view.reopened == 1 else f'{view.reopened} times'} by the customer")
    if page.also:
        yield _fact("Also in", ", ".join(f"{plain(address)} (#{twin})" for twin, address in page.also))
    if page.label is not None and page.mailbox.mode == "live":
        yield _fact("Label", page.label + (" (on its way to Gmail)" if page.label_pending else ""))
    elif page.label is not None:
        yield _fact("Label", f"none while observed; live it would be {page.label}")
    yield _fact("Policy", f"{plain(view.policy_name)}, version {view.policy_version}")
    if view.rule:
        yield _fact("Rule", f"{plain(view.rule)}: {plain(view.rule_why)}")
    for name, said in (
        ("Channel", view.channel),
        ("Tier", view.tier),
        ("Team", view.team),
        ("Tags", ", ".join(view.tags)),
    ):
        if said:
            yield _fact(name, plain(said))
    if page.erased:
        yield _fact("Text", plain(page.erased))
    for words in page.unseen:
        yield _fact("Not seen", plain(words))
    if view.closes_at is not None:
        yield _fact("Closes", f"{moment(view.closes_at, say)}, by itself, if the customer stays silent")


def _fact(name: str, value: str) -> str:
    return f"  {name:<9}{value}"


def _said(clock: ClockView, view: TicketView, say: English) -> str:
    reading = clock.reading
    if reading.ended_at is None:
        left = clock_time_left(reading, view.now, say, hold_until=view.hold_until, dated=view.as_of is not None)
        return plain(f"{left.head}, {left.detail}" if left.detail else left.head)
    ended = how_it_ended(reading, say)
    return plain(f"{ended.head[:1].lower()}{ended.head[1:]}, {ended.detail} ({moment(reading.ended_at, say)})")


def _why(clock: ClockView, view: TicketView, say: English) -> Iterator[str]:
    reading = clock.reading
    target = plain(with_hours(clock.promised, reading.business_day, say))
    # Whoever changed the hours since then sees the spans they were closed in.
    closed = any(span.kind in ("closed", "holiday") for span in clock.why)
    hours = "around the clock" if clock.always_open and not closed else "of opening hours"
    yield f"    {target} {hours}, from {moment(reading.started_at, say)}"
    for words in extended_words(clock, say, view.now):
        yield f"    {plain(words)}"
    for span, shown in list(zip(clock.why, said_lengths(clock), strict=True))[:_SPANS]:
        length = "" if shown is None else f" {plain(say.length(shown))}"
        kind = "to spare" if span.kind == "left" and reading.ended_at else _SPAN_WORDS.get(span.kind, span.kind)
        said = " ".join(filter(None, (span.reason, f"set by {span.by}" if span.by else "")))
        because = f" ({plain(said)})" if said else ""
        yield f"    {moment(span.start, say)} to {moment(span.end, say)}  {kind}{length}{because}"
    if len(clock.why) > _SPANS:
        yield f"    … and {count(len(clock.why) - _SPANS, 'more span')}"
    if reading.due_at is not None:
        yield f"    due {moment(reading.due_at, say)}"


def _line(entry: Entry, say: English) -> str:
    what = " ".join(part for part in (plain(entry.who, 60), plain(entry.what)) if part)
    return f"  {moment(entry.at, say)}  {what}" + (f" ({plain(entry.so)})" if entry.so else "")


def _told(entry: Entry, say: English) -> Iterator[str]:
    yield _line(entry, say)
    if entry.quote.strip():
        yield f"      “{plain(entry.quote, _QUOTE)}”"
