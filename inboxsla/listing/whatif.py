"""What a draft would have changed, as text for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from inboxsla.domain.audit import Promise
from inboxsla.domain.speech import English
from inboxsla.domain.step_words import NOTICE_WORDS
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.domain.timeline import Metric
from inboxsla.listing.words import count, plain, rendered
from inboxsla.services.whatif import NAMED, Side, WhatIf

_HONEST = (
    "This replays clocks, not people: every message and every answer stays where it was, and nobody knows who would have\n"
    "answered sooner after another reminder. Mails are counted for each step and role, before several become one mail.\n"
)


def whatif_text(found: WhatIf, say: English) -> str:
    """What is now beside what would have been, and the tickets where a miss comes or goes."""
    boxes = ", ".join(map(plain, found.mailboxes)) or "no mailbox"
    head = f"{count(found.tickets, 'ticket')} that began in the last {count(found.days, 'day')} of {boxes}\n"
    if not found.tickets:
        return (
            head
            + "There is nothing to replay: import a mailbox file, connect a mailbox, or look further back with --days.\n"
        )
    lines = "".join(f"{line}\n" for line in _lines(found))
    return f"{head}\n{rendered(_table(found, say))}\n{lines}\n{_HONEST}"


def _table(found: WhatIf, say: English) -> Table:
    # Days are said only where they are equally long now and then.
    days = {found.now.figures.business_day, found.then.figures.business_day}
    day = days.pop() if len(days) == 1 else None
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("  Promise", no_wrap=True)
    for name in ("Kept now", "then", "Met now", "then", "Missed now", "then", "Missed by (p50) now", "then"):
        table.add_column(name, justify="right")
    for metric in Metric:
        now, then = _promise(found.now, metric), _promise(found.then, metric)
        if now is None and then is None:
            continue
        cells = [f"  {METRIC_WORDS[metric]}"]
        for show in (_share, _met, _missed, lambda one: _late(one, day, say)):
            cells += [show(now), show(then)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _promise(side: Side, metric: Metric) -> Promise | None:
    return next((one for one in side.figures.promises if one.metric is metric), None)


def _share(one: Promise | None) -> str:
    return "–" if one is None or one.kept is None else f"{100 * one.kept:.1f} %"


def _met(one: Promise | None) -> str:
    return "–" if one is None else f"{one.met:,}"


def _missed(one: Promise | None) -> str:
    return "–" if one is None else f"{one.missed:,}"


def _late(one: Promise | None, day: timedelta | None, say: English) -> str:
    return "–" if one is None or one.late_p50 is None else plain(say.length(one.late_p50, business_day=day, up=True))


def _lines(found: WhatIf) -> Iterator[str]:
    yield f"  Misses that would vanish  {found.misses_vanish:,}{_named(found.vanish)}"
    yield f"  Misses that would appear  {found.misses_appear:,}{_named(found.appear)}"
    yield f"  Reminder mails            {found.now.mails:,} now, {found.then.mails:,} then"
    yield f"  Reassignments             {found.now.reassignments:,} now, {found.then.reassignments:,} then"
    for name, now, then in (
        ("Posts to webhooks", found.now.posts, found.then.posts),
        ("Tags added by steps", found.now.tags, found.then.tags),
    ):
        if now or then:
            yield f"  {name:<24}  {now:,} now, {then:,} then"
    for notice, words in NOTICE_WORDS.items():
        now, then = found.now.told.get(notice, 0), found.then.told.get(notice, 0)
        if now or then:
            yield f"  Customers told            {words}: {now:,} now, {then:,} then"
    if found.without_text:
        yield f"  Text erased               {found.without_text:,}: rules are not asked again about these"
    if found.no_tickets:
        yield f"  No longer tickets         {found.no_tickets:,}, because a rule says so"
    yield f"  Tickets by policy, now    {_counted(found.now.policies)}"
    yield f"  Tickets by policy, then   {_counted(found.then.policies)}"
    yield f"  Rules that matched        {_counted(found.matched) if found.matched else 'none'}"


def _named(ids: Sequence[int]) -> str:
    if not ids:
        return ""
    more = ", …" if len(ids) >= NAMED else ""
    return f"  (tickets {', '.join(map(str, ids))}{more})" if len(ids) > 1 else f"  (ticket {ids[0]})"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{plain(name)} {number:,}" for name, number in counts.items()) or "none"


def whatif_json(found: WhatIf) -> str:
    """One object; shares 0 to 1, lengths in seconds of business time."""
    return (
        json.dumps(
            {
                "days": found.days,
                "mailboxes": list(found.mailboxes),
                "tickets": found.tickets,
                "now": _side(found.now),
                "then": _side(found.then),
                "misses_appear": found.misses_appear,
                "misses_vanish": found.misses_vanish,
                "tickets_with_misses_that_appear": list(found.appear),
                "tickets_with_misses_that_vanish": list(found.vanish),
                "no_longer_tickets": found.no_tickets,
                "without_text": found.without_text,
                "rules_matched": dict(found.matched),
            },
            indent=2,
        )
        + "\n"
    )


def _side(side: Side) -> dict[str, Any]:
    return {
        "promises": {
            one.metric.value: {
                "kept": one.kept,
                "met": one.met,
                "missed": one.missed,
                "closed_without_reply": one.closed_without_reply,
                "late_p50_seconds": None if one.late_p50 is None else int(one.late_p50.total_seconds()),
            }
            for one in side.figures.promises
        },
        "policies": dict(side.policies),
        "reminder_mails": side.mails,
        "reassignments": side.reassignments,
        "webhook_posts": side.posts,
        "tags_added": side.tags,
        "customers_told": {notice.value: number for notice, number in side.told.items()},
    }
