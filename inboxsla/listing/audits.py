"""Audits as text for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from inboxsla.config.program import typed
from inboxsla.domain.audit import Audit, Foreseen, Promise
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.speech import English
from inboxsla.domain.step_words import NOTICE_WORDS
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.gmail.labels import label_for
from inboxsla.listing.words import count, day, instant, moment, plain, rendered

_KINDS = {
    "human": ("from people", "from people"),
    "auto_reply": ("automatic reply", "automatic replies"),
    "bounce": ("bounce", "bounces"),
    "bulk": ("bulk mail", "bulk mail"),
    "ours": ("from InboxSLA", "from InboxSLA"),
}
_WOULD = {
    "remind_owner": "remind the owner",
    "notify_owner": "tell the owner",
    "notify_team": "tell the team",
    "notify_lead": "tell the lead",
    "notify_on_duty_lead": "tell the lead on duty",
    "notify_person": "mail somebody named",
    "reassign": "hand over",
    "raise_priority": "raise the priority",
    "add_tag": "add a tag",
    "post_webhook": "post to a webhook",
    "warn_closing": "warn that it will close",
}
_HOW = (
    "Lengths are business time. p50 and p90 are nearest-rank percentiles: half, and nine in ten, took at most that long.\n"
    "Kept is met of met and missed; a timer that still runs past its due time is missed, one closed without a reply is neither.\n"
)


def audit_text(audits: Sequence[Audit], say: English) -> str:
    """Every audit, a few lines and a table each."""
    if not audits:
        return f"There is no mailbox to report on. Connect one with `{typed('connect ADDRESS')}`, or read a file with `{typed('import')}`.\n"
    text = "\n".join(_audit(audit, say) for audit in audits)
    return text + ("\n" + _HOW if any(audit.tickets for audit in audits) else "")


def _audit(audit: Audit, say: English) -> str:
    lines = "".join(f"{line}\n" for line in _lines(audit, say))
    return lines + (rendered(_table(audit, say)) if audit.tickets else "")


def _lines(audit: Audit, say: English) -> Iterator[str]:
    kind = ", imported" if audit.kind == "import" else ""
    yield f"{plain(audit.mailbox)}{kind}, as of {moment(audit.as_of, say)}"
    messages = sum(audit.messages.values())
    kinds = ", ".join(count(audit.messages[kind], *words) for kind, words in _KINDS.items() if audit.messages.get(kind))
    if audit.began_at is None:
        yield f"  No messages yet; {audit.kept_aside:,} kept aside." if audit.kept_aside else "  No messages yet."
        return
    yield f"  Messages        {messages:,} since {day(audit.began_at, say)}: {kinds}; {audit.kept_aside:,} kept aside"
    if not audit.tickets:
        yield "  Tickets         none: nobody outside wrote or was written to"
        return
    yield f"  Tickets         {audit.tickets:,}: {audit.open:,} open, {audit.solved:,} solved"
    first = audit.first_response
    took = f", p50 {_length(first.p50, audit, say)}, p90 {_length(first.p90, audit, say)}" if first.answered else ""
    yield f"  First response  {first.answered:,} answered{took}; {first.waiting:,} waiting"
    if first.astray:
        mails = "1 mail" if first.astray == 1 else f"{first.astray:,} mails"
        yield f"  Not an answer   {mails} from the team without the customer among the recipients (to a list or colleagues only)"
    if audit.unseen:
        yield from _unseen(audit, say)
    yield f"  Policy          {'; '.join(plain(each) for each in audit.policies)}"
    if audit.foreseen is not None:
        yield from _foreseen(audit.foreseen)
    if audit.business_day:
        yield f"  A day           {plain(say.length(audit.business_day))} of opening hours"
    yield ""


def _unseen(audit: Audit, say: English) -> Iterator[str]:
    length = sum(((span.until or audit.as_of) - span.since for span in audit.unseen), timedelta())
    times = "once" if len(audit.unseen) == 1 else f"{len(audit.unseen):,} times"
    yield f"  Not seen        {times}, {plain(say.length(length))} in all: InboxSLA was down or could not reach Gmail"
    if audit.missed_unseen:
        missed = "1 missed promise" if audit.missed_unseen == 1 else f"{audit.missed_unseen:,} missed promises"
        yield f"                  {missed} fell due then; that says little about the team"


def _foreseen(would: Foreseen) -> Iterator[str]:
    """Nothing was written and nobody mailed; what would have been."""
    acts = [f"{number:,} × {_WOULD[act]}" for act, number in would.acts.items()]
    labels = [f"{label_for(urgency)} on {number:,}" for urgency, number in would.labels.items()]
    yield "  Observed        nothing was written to Gmail and nobody was mailed"
    yield f"  If it were live  {'; '.join(acts) or 'no reminder step would have come yet'}"
    if would.told:
        told = (f"{NOTICE_WORDS[CustomerNotice(kind)]} ({number:,})" for kind, number in would.told.items())
        yield f"                  customers told: {', '.join(told)}"
    yield f"                  labels now: {', '.join(labels) or 'none'}"


def _table(audit: Audit, say: English) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("  Promise", no_wrap=True)
    for name in ("Kept", "Met", "Missed", "Closed without reply", "Running", "Paused", "Missed by (p50)"):
        table.add_column(name, justify="right")
    for one in audit.promises:
        numbers = (one.met, one.missed, one.closed_without_reply, one.running, one.paused)
        cells = [f"  {METRIC_WORDS[one.metric]}", _share(one), *(f"{number:,}" for number in numbers)]
        table.add_row(*(Text(cell) for cell in [*cells, _length(one.late_p50, audit, say, up=True)]))
    return table


def _share(promise: Promise) -> str:
    return "–" if promise.kept is None else f"{100 * promise.kept:.1f} %"


def _length(length: timedelta | None, audit: Audit, say: English, *, up: bool = False) -> str:
    return "–" if length is None else plain(say.length(length, business_day=audit.business_day, up=up))


def audit_json(audits: Sequence[Audit]) -> str:
    """A JSON list, one object per mailbox. Lengths are whole seconds of business time, shares 0 to 1, unknown ones null."""
    return json.dumps([_object(audit) for audit in audits], indent=2) + "\n"


def _object(audit: Audit) -> dict[str, Any]:
    first = audit.first_response
    return {
        "mailbox": audit.mailbox,
        "kind": audit.kind,
        "from": instant(audit.began_at),
        "as_of": instant(audit.as_of),
        "policies": list(audit.policies),
        "messages": dict(audit.messages),
        "kept_aside": audit.kept_aside,
        "tickets": audit.tickets,
        "open": audit.open,
        "solved": audit.solved,
        "first_response": {
            "answered": first.answered,
            "p50_seconds": _seconds(first.p50),
            "p90_seconds": _seconds(first.p90),
            "waiting": first.waiting,
            "not_to_the_customer": first.astray,
        },
        "not_seen": [{"from": instant(span.since), "to": instant(span.until)} for span in audit.unseen],
        "missed_while_not_seen": audit.missed_unseen,
        "promises": {promise.metric.value: _promise(promise) for promise in audit.promises},
        "would_have_happened": audit.foreseen
        and {
            "acts": dict(audit.foreseen.acts),
            "customers_told": dict(audit.foreseen.told),
            "labels": dict(audit.foreseen.labels),
        },
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "kept": promise.kept,
        "met": promise.met,
        "missed": promise.missed,
        "closed_without_reply": promise.closed_without_reply,
        "running": promise.running,
        "paused": promise.paused,
        "late_p50_seconds": _seconds(promise.late_p50),
    }


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())
