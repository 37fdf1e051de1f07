"""What a change of the configuration would do, ready-made policies, and suggestions of holidays: in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from inboxsla.config.document import Template
from inboxsla.config.document.holiday_dates import Suggestion
from inboxsla.config.program import typed
from inboxsla.listing.words import count, plain
from inboxsla.services.configuring import Fate, Plan, Saved

_SIGNS = {"added": "+", "removed": "−", "changed": "~", "moved": "↕"}
_REGIONS = 8


def plan_text(plan: Plan) -> str:
    """Part by part what would change, then what that means for policies and open tickets."""
    return _text(_plan(plan))


def saved_text(saved: Saved) -> str:
    if saved.version is None:
        return ""
    for_whom = ""
    if saved.open_too:
        for_whom = f", also for the {count(saved.plan.open_tickets, 'open ticket')}"
    elif saved.plan.concerns_open_tickets:
        for_whom = ", for new tickets only"
    return f"Configuration {saved.version} is in force{for_whom}.\n"


def templates_text(templates: Iterable[Template]) -> str:
    """Each ready-made policy: what it is for, what it promises, and which rule chooses it."""
    return _text(_templates(templates))


def holidays_text(found: Iterable[Suggestion], place: str, year: int) -> str:
    """A list to paste into a calendar. Every line in it is commented out: nothing is a holiday until a person says so."""
    return _text(_holidays(found, place, year))


def _text(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _plan(plan: Plan) -> Iterator[str]:
    for remark in plan.remarks:
        yield f"Worth a look: {plain(remark)}"
    if not plan.changes:
        yield "This says what is in force already: nothing changes."
        return
    for section, changes in groupby(plan.changes, key=lambda change: change.section):
        yield section.replace("_", " ")
        for change in changes:
            if change.name:
                yield f"  {_SIGNS[change.what]} {plain(change.name)} ({change.what})"
            yield from (f"      {plain(detail)}" for detail in change.details)
    yield ""
    yield from (_fate(fate) for fate in plan.fates)
    if not plan.fates:
        yield "No policy gets a new version."
    if not plan.concerns_open_tickets and plan.open_tickets:
        yield "Open tickets keep what they were promised."


def _fate(fate: Fate) -> str:
    stand = "stands" if fate.open_tickets == 1 else "stand"
    under = f"; {count(fate.open_tickets, 'open ticket')} {stand} under it now" if fate.open_tickets else ""
    if fate.version == 1:
        return f"Policy {plain(fate.name)} is new."
    what = f"gets version {fate.version}" if fate.version else f"is {fate.what}"
    return f"Policy {plain(fate.name)} {what}{under}."


def _templates(templates: Iterable[Template]) -> Iterator[str]:
    for template in templates:
        yield template.name
        yield f"  {template.about}"
        yield from (f"  {promise}" for promise in template.promises)
        yield from (f"  {sentence}" for sentence in template.chosen)
        yield ""
    yield f"Add one with `{typed('policy apply')} NAME --dry-run`, and without that option once you like what it says."


def _holidays(found: Iterable[Suggestion], place: str, year: int) -> Iterator[str]:
    yield f"# Public holidays of {place} in {year}: suggestions. Take away the # in front of the days on which you are closed,"
    yield "# and put the list below a [calendars.NAME] of your configuration."
    yield "holidays = ["
    for each in found:
        yield f"  # {each.day.isoformat()},  # {each.day:%a}  {plain(each.name)}{_marks(each)}"
    yield "]"


def _marks(each: Suggestion) -> str:
    marks = []
    if each.only_in:
        more = len(each.only_in) - _REGIONS
        marks.append(f"only in {', '.join(each.only_in[:_REGIONS])}{f' and {more} more' if more > 0 else ''}")
    if each.observed and "observed" not in each.name:
        marks.append("a day off in place of one on a weekend")
    return f" ({'; '.join(marks)})" if marks else ""
