"""The time zones there are: which of them to offer, and whose country one is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones


@cache
def known() -> frozenset[str]:
    """Every name that is understood. Looked up once: it reads a folder, and is asked for every person of a configuration."""
    return frozenset(available_timezones())


@cache
def offered() -> tuple[str, ...]:
    """Those that people choose from, by name: one for each place, and UTC; no names that are only kept for old programs."""
    return (*sorted(zone for zone in _countries() if zone in known()), "UTC")


def country_of(zone: str) -> str:
    """The code of the country (“DE”) a zone belongs to; "" for those that belong to none or to no single one."""
    return _countries().get(zone, "")


@cache
def _countries() -> dict[str, str]:
    return dict(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _place, zone, *_comment = line.split("\t")
            yield zone, country
