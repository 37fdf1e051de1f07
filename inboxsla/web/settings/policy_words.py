"""The words of the policies' pages: promises and steps as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from inboxsla.config.document.model import METRICS, PRIORITIES, Policy, Step, Target
from inboxsla.domain.durations import exactly
from inboxsla.domain.ticket_view import METRIC_WORDS, PRIORITY_WORDS
from inboxsla.domain.timeline import Metric
from inboxsla.web.settings.policy_line import Line

METRIC_NAMES = tuple((metric, METRIC_WORDS[Metric(metric)]) for metric in METRICS)
PRIORITY_NAMES = tuple((priority, PRIORITY_WORDS[priority]) for priority in PRIORITIES)
PRIORITY_ICONS = {"critical": "chevron-double-up", "high": "chevron-up", "normal": "dash", "low": "chevron-down"}
PLACE_WORDS = (
    ("at", lazy_gettext("At a percentage")),
    ("before", lazy_gettext("Before it is due")),
    ("after", lazy_gettext("After it was due")),
    ("every", lazy_gettext("Again and again, every")),
    ("reopened", lazy_gettext("When it was reopened")),
)
DO_WORDS = (
    ("remind_owner", lazy_gettext("Remind the owner")),
    ("notify_owner", lazy_gettext("Tell the owner")),
    ("notify_team", lazy_gettext("Tell the team")),
    ("notify_lead", lazy_gettext("Tell the lead")),
    ("notify_on_duty_lead", lazy_gettext("Tell the lead on duty")),
    ("reassign", lazy_gettext("Hand over")),
    ("raise_priority", lazy_gettext("Raise the priority")),
)
PAUSE_WORDS = (
    ("waiting_on_customer", lazy_gettext("Waiting on customer")),
    ("on_hold", lazy_gettext("On hold")),
)


class Act(NamedTuple):
    icon: str
    words: LazyString | str


_SHORT = {
    "remind_owner": Act("bell", lazy_gettext("Remind owner")),
    "notify_owner": Act("envelope", lazy_gettext("Tell owner")),
    "notify_team": Act("people", lazy_gettext("Tell team")),
    "notify_lead": Act("megaphone", lazy_gettext("Tell lead")),
    "notify_on_duty_lead": Act("megaphone", lazy_gettext("Tell lead on duty")),
    "reassign": Act("arrow-repeat", lazy_gettext("Hand over")),
    "raise_priority": Act("chevron-double-up", lazy_gettext("Raise priority")),
}


class Difference(NamedTuple):
    """A detail of a change: what it is about, and what it was and is. Texts in lists were added (`new`) or removed (`old`)."""

    about: str
    old: tuple[str, ...]
    new: tuple[str, ...]


def difference(detail: str) -> Difference:
    """“first response for high: 4h → 3h”, “steps: + at 75 %: …; − at 90 %: …”; what is neither is all about."""
    about, colon, rest = detail.partition(": ")
    old, arrow, new = rest.partition(" → ")
    if colon and arrow:
        return Difference(about, (old,), (new,))
    parts = re.split(r"; (?=[+−] )", rest)
    if colon and all(part.startswith(("+ ", "− ")) for part in parts):
        gone = tuple(part[2:] for part in parts if part.startswith("− "))
        return Difference(about, gone, tuple(part[2:] for part in parts if part.startswith("+ ")))
    return Difference(detail, (), ())


def promises(policy: Policy) -> Iterator[tuple[str, str]]:
    """Each promise and its lengths: (“First response”, “30m critical, 4h normal”)."""
    for metric, target in policy.targets.promised.items():
        yield METRIC_WORDS[Metric(metric)], _lengths(target)


def _lengths(target: Target) -> str:
    if set(target.lengths) == {"normal"}:
        return target.lengths["normal"]
    return ", ".join(f"{text} {_(PRIORITY_WORDS[priority]).lower()}" for priority, text in target.lengths.items())


def hours(calendar: str) -> str:
    return str(_("round the clock")) if calendar == "24x7" else calendar


def acts(step: Step) -> list[Act]:
    """What a step does, each in two or three words."""
    found = [_SHORT[do] for do in step.do]
    found += [Act("person", _("Tell %(who)s", who=address.partition("@")[0])) for address in step.notify]
    found += [Act("tag", _("Tag “%(tag)s”", tag=tag)) for tag in step.add_tag]
    found += [Act("link-45deg", _("Post to %(name)s", name=name)) for name in step.webhook]
    return found


def place(step: Step) -> str:
    """Where it stands, above the line: “75 %”, “−15m”, “+45m”, “every 4h”."""
    if step.at is not None:
        return str(_("%(percent)s %%", percent=step.at))
    if step.every:
        return str(_("every %(length)s", length=step.every))
    return f"\N{MINUS SIGN}{step.before}" if step.before else f"+{step.after}"


def told(line: Line) -> str:
    """The line as a sentence, for whoever cannot see it, and with the times it does not write."""
    parts = [
        (handle.at, _("%(what)s at %(length)s", what=" + ".join(does), length=exactly(handle.at)))
        for handle in line.handles
        if (does := [str(act.words)[:1].lower() + str(act.words)[1:] for act in acts(handle.step)])
    ]
    parts.append((line.target, _("due at %(length)s", length=exactly(line.target))))
    steps = ", ".join(words for _at, words in sorted(parts, key=lambda part: part[0]))
    return str(_("Shown for %(priority)s: %(steps)s.", priority=_(PRIORITY_WORDS[line.priority]), steps=steps))
