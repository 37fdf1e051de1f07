"""What the doctor found, as text for people and as JSON for monitoring."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import click

from inboxsla.config.program import typed
from inboxsla.domain.speech import English
from inboxsla.listing.words import count, instant, moment, on_screen, plain, width
from inboxsla.services.checkup import Finding, State

_HEADINGS = {
    "config": "Configuration",
    "database": "Database",
    "processes": "Redis, ticker and workers",
    "clock": "Clock",
    "mailboxes": "Mailboxes",
    "google": "At Google",
    "mail": "Mails and labels that go out",
    "tickets": "Tickets",
    "alarms": "Alarms",
    "figures": "Figures",
}
_MARKS = {State.FINE: "ok", State.ATTENTION: "PROBLEM", State.UNKNOWN: "UNKNOWN"}
_COLOURS = {State.FINE: "green", State.ATTENTION: "red", State.UNKNOWN: "yellow"}
_MARGIN = 11
_LEAST, _WIDEST = 30, 110

Done = Sequence[tuple[bool, str]]


def checkup_text(found: Sequence[Finding], done: Done, now: datetime, say: English) -> str:
    """Under a heading for each part; since when and what to do beneath each problem. Ends with a sentence that sums it up."""
    parts = [_heading("Done just now") + "".join(_entry(_did(ok), words) for ok, words in done)] if done else []
    for area, mine in groupby(found, key=lambda finding: finding.area):
        parts.append(_heading(_HEADINGS.get(area, area)) + "".join(_finding(each, now, say) for each in mine))
    return "\n".join([*parts, _summed_up(found, fixed=bool(done))])


def checkup_json(found: Sequence[Finding], done: Done, now: datetime) -> str:
    """An object with `ok`, `looked_at`, `done` and `findings`. Instants are ISO 8601 in UTC. `check` never changes its name."""
    listed = [
        {
            "check": each.check,
            "state": each.state.value,
            "mailbox": each.mailbox or None,
            "words": plain(each.words),
            "cure": plain(each.cure) or None,
            "since": instant(each.since),
            "can_be_fixed": each.remedy is not None,
        }
        for each in found
    ]
    did = [{"ok": ok, "words": plain(words)} for ok, words in done]
    ok = all(each.ok for each in found)
    return json.dumps({"ok": ok, "looked_at": instant(now), "done": did, "findings": listed}, indent=2)


def _finding(finding: Finding, now: datetime, say: English) -> str:
    text = _entry(_mark(finding.state), finding.words)
    if finding.since is not None and not finding.ok:
        text += _beneath(f"since {moment(finding.since, say)} ({say.length(max(now - finding.since, now - now))} ago)")
    if finding.cure and not finding.ok:
        text += _beneath(finding.cure, "→ ")
    return text


def _mark(state: State) -> str:
    return _coloured(f"  {_MARKS[state]:<{_MARGIN - 2}}", _COLOURS[state], bold=state is not State.FINE)


def _did(ok: bool) -> str:
    return _coloured(f"  {'done' if ok else 'NOT DONE':<{_MARGIN - 2}}", "green" if ok else "yellow", bold=not ok)


def _entry(mark: str, words: str) -> str:
    return mark + _wrapped(words)[_MARGIN:]


def _beneath(words: str, sign: str = "") -> str:
    return _wrapped(words, sign)


def _wrapped(words: str, sign: str = "") -> str:
    """Lines that begin at the margin; on a screen no longer than one reads with ease, in a pipe one line each."""
    margin = " " * _MARGIN
    room = max(_LEAST, min(width(), _WIDEST)) if on_screen() else 10**6
    lines = textwrap.wrap(
        plain(words),
        room,
        initial_indent=margin + sign,
        subsequent_indent=margin + " " * len(sign),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"


def _heading(words: str) -> str:
    return (click.style(words, bold=True) if _shows_colours() else words) + "\n"


def _coloured(words: str, colour: str, *, bold: bool) -> str:
    return click.style(words, fg=colour, bold=bold) if _shows_colours() else words


def _shows_colours() -> bool:
    return on_screen() and not os.environ.get("NO_COLOR")


def _summed_up(found: Sequence[Finding], *, fixed: bool) -> str:
    wrong = sum(each.state is State.ATTENTION for each in found)
    unseen = sum(each.state is State.UNKNOWN for each in found)
    if not wrong and not unseen:
        return "All is well.\n"
    said = [
        *([f"{count(wrong, 'thing needs', 'things need')} attention"] if wrong else []),
        *([f"{count(unseen, 'thing', 'things')} could not be looked at"] if unseen else []),
    ]
    safe = sum(not each.ok and each.remedy is not None for each in found)
    text = f"{' and '.join(said)}."
    if safe and not fixed:
        of_them = "it" if wrong + unseen == 1 else f"{safe} of them"
        text += f" `{typed('doctor --fix')}` does what is safe about {of_them}."
    return f"{text}\n"
