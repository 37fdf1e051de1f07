"""Public holidays by country, as suggestions: which of them close the house is for a person to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import holidays

from inboxsla.config.document.parts import unknown
from inboxsla.errors import Missing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`only_in` names the regions that have it, empty for the whole country. `observed`: a day off for one on a weekend."""

    day: date
    name: str
    only_in: tuple[str, ...] = ()
    observed: bool = False


@cache
def countries() -> tuple[str, ...]:
    """The codes of the countries whose holidays are known."""
    return tuple(sorted(code for code in holidays.list_supported_countries() if len(code) == 2))


@cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions of a country, by name; none for a country that is not known."""
    if country not in countries():
        return ()
    dated = holidays.country_holidays(country)
    names = {code: name for name, code in getattr(dated, "subdivisions_aliases", {}).items()}
    return tuple(sorted(((code, names.get(code, code)) for code in dated.subdivisions), key=lambda pair: pair[1]))


@lru_cache(maxsize=256)
def suggestions(country: str, year: int, subdivision: str | None = None) -> tuple[Suggestion, ...]:
    """Public holidays only, by date: the country's, and of its regions those of `subdivision`, or all of them without one.

    `country` is a code such as DE, `subdivision` one such as BY. Raises Missing for what is not known.
    """
    code = country.strip().upper()
    known = holidays.list_supported_countries()
    if code not in known:
        raise Missing(f"{unknown(country, list(known), 'countries we know')} Write a code of two letters such as DE.")
    region = subdivision.strip().upper() if subdivision else None
    regions = {each.upper(): each for each in known[code]}
    if region and region not in regions:
        raise Missing(unknown(subdivision or "", list(known[code]), f"regions of {code}"))
    return tuple(
        sorted(_found(code, year, [regions[region]] if region else list(known[code])), key=lambda found: found.day)
    )


def _found(code: str, year: int, regions: list[str]) -> Iterator[Suggestion]:
    everywhere = _days(code, year, None)
    local: dict[date, list[str]] = {}
    named: dict[date, tuple[str, bool]] = dict(everywhere)
    for region in regions:
        for day, found in _days(code, year, region).items():
            named.setdefault(day, found)
            if day not in everywhere:
                local.setdefault(day, []).append(region)
    for day, (called, observed) in named.items():
        yield Suggestion(day, called, tuple(local.get(day, ())), observed)


def _days(code: str, year: int, region: str | None) -> dict[date, tuple[str, bool]]:
    """Date → name, and whether it is only a day off in place of the real one."""
    dated = holidays.country_holidays(code, subdiv=region, years=year, observed=False)
    language = next((each for each in dated.supported_languages if each.startswith("en")), None)
    found = holidays.country_holidays(code, subdiv=region, years=year, language=language)
    return {day: (name, day not in dated) for day, name in found.items()}
