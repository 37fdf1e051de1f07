"""Public holidays as ticks: those of a country and region that are suggested, and every day that is ticked already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.dates import format_skeleton
from flask_babel import gettext as _

from inboxsla.config import zone_list
from inboxsla.config.document import holiday_dates
from inboxsla.config.document.holiday_dates import Suggestion
from inboxsla.config.settings import Calendar
from inboxsla.speech import BabelSpeech
from inboxsla.web.settings.typed import Typed

# So many of a year are seen at once.
_SEEN = 7


@dataclass(frozen=True, slots=True)
class Tick:
    """`day` is an ISO date, `name` of the holiday or "" where it is none that is suggested; `when` says the date."""

    day: str
    name: str
    when: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Year:
    """`shown` are seen at once, `more` on demand, `past` are over."""

    number: int
    shown: tuple[Tick, ...]
    more: tuple[Tick, ...]
    past: tuple[Tick, ...]


def guessed(calendar: Calendar) -> tuple[str, str]:
    """The codes of the country by its zone, and of the region by the days that are closed; "" where nothing is known."""
    country = zone_list.country_of(calendar.zone)
    if country not in holiday_dates.countries():
        return "", ""
    closed, fitting = set(calendar.holidays), None
    for year in sorted({day.year for day in closed})[-2:]:
        for each in holiday_dates.suggestions(country, year):
            if each.only_in and each.day in closed:
                fitting = set(each.only_in) if fitting is None else fitting & set(each.only_in)
    named = [code for code, _name in holiday_dates.regions(country) if code in (fitting or ())]
    return country, named[0] if named else ""


def with_country(typed: Typed) -> Typed:
    """With the country of the zone, where none was chosen."""
    country = "" if typed.get("country") else zone_list.country_of(typed.get("zone"))
    return typed.replaced("country", country) if country in holiday_dates.countries() else typed


def countries(say: BabelSpeech) -> Sequence[tuple[str, str]]:
    """(code, name) by name."""
    names = say.locale.territories
    return sorted(((code, str(names.get(code, code))) for code in holiday_dates.countries()), key=lambda pair: pair[1])


def regions(country: str) -> Sequence[tuple[str, str]]:
    return holiday_dates.regions(country)


def years(typed: Typed, today: date, say: BabelSpeech) -> tuple[Year, ...]:
    """This year and the next, and whatever is ticked besides; what is not ticked stays listed."""
    ticked = set(typed.all("holidays"))
    suggested = {each.day: each for each in _suggested(typed, (today.year, today.year + 1))}
    days = sorted({*suggested, *_dates(ticked)})
    ticks = [_tick(day, suggested.get(day), ticked, say) for day in days]
    return tuple(_year(number, ticks, today) for number in sorted({day.year for day in days}))


def all_ticked(typed: Typed, today: date) -> Typed:
    """Everything that is suggested for the whole country, or the region that was chosen, from now on."""
    region = typed.get("region")
    wanted = {
        each.day.isoformat()
        for each in _suggested(typed, (today.year, today.year + 1))
        if each.day >= today and (region or not each.only_in)
    }
    return typed.replaced("holidays", *sorted({*typed.all("holidays"), *wanted}))


def _suggested(typed: Typed, numbers: Iterable[int]) -> Iterator[Suggestion]:
    country, region = typed.get("country"), typed.get("region")
    if country not in holiday_dates.countries():
        return
    if region not in {code for code, _name in holiday_dates.regions(country)}:
        region = ""
    for year in numbers:
        for each in holiday_dates.suggestions(country, year, region or None):
            yield replace(each, only_in=()) if region else _named(each, country)


def _named(each: Suggestion, country: str) -> Suggestion:
    """With the names of regions; cities and the like, which have none, are left out where regions are there."""
    names = dict(holiday_dates.regions(country))
    return replace(each, only_in=tuple(names.get(code, code) for code in each.only_in))


def _tick(day: date, of: Suggestion | None, ticked: set[str], say: BabelSpeech) -> Tick:
    name = of.name if of else ""
    if of and of.only_in:
        region = of.only_in[0] if len(of.only_in) == 1 else _("%(count)s regions", count=len(of.only_in))
        name = _("%(holiday)s (%(region)s only)", holiday=name, region=region)
    when = str(format_skeleton("MMMEd", day, locale=say.locale)).replace(",", "")
    return Tick(day.isoformat(), name, when, day.isoformat() in ticked)


def _year(number: int, ticks: Sequence[Tick], today: date) -> Year:
    mine = [tick for tick in ticks if tick.day.startswith(f"{number}-")]
    past = tuple(tick for tick in mine if tick.day < today.isoformat())
    ahead = mine[len(past) :]
    return Year(number, tuple(ahead[:_SEEN]), tuple(ahead[_SEEN:]), past)


def _dates(texts: Iterable[str]) -> Iterator[date]:
    for text in texts:
        try:
            yield date.fromisoformat(text)
        except ValueError:
            continue
