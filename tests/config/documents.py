"""Configuration documents to test with: a plain one, ways to change it, and random ones that are all valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from inboxsla.config.document import Written, from_body, read
from inboxsla.domain.folding import fold
from inboxsla.errors import ConfigMistakes

NOW = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)
SUPPORT, SALES = "support@lumenvelo.example", "sales@lumenvelo.example"
ANA, JONAS, CLAIRE = "ana@lumenvelo.example", "jonas@lumenvelo.example", "claire@lumenvelo.example"

PLAIN = """\
default_policy = "Standard support"
tags = ["standard", "multi-touch"]

[calendars.office]
zone = "Europe/Berlin"
[calendars.office.hours]
mon = "09:00–17:00"
tue = "09:00–17:00"
wed = "09:00–17:00"
thu = "09:00–17:00"
fri = "09:00–17:00"

[tiers]
gold = ["@big.example"]

[[policies]]
name = "Standard support"
calendar = "office"
targets = {first_response = "4h", next_response = "8h", resolution = "3 business days"}

[[policies]]
name = "Outage"
calendar = "24x7"
targets = {first_response = "30m", resolution = "2h"}

[[rules]]
name = "Outages"
when = {subject = {contains = "outage"}}
then = {policy = "Outage", priority = "critical"}

[[people]]
address = "ana@lumenvelo.example"
name = "Ana Ruiz"
calendar = "office"

[[people]]
address = "jonas@lumenvelo.example"
name = "Jonas Weber"

[[people]]
address = "claire@lumenvelo.example"
name = "Claire Dubois"
role = "lead"

[[teams]]
name = "Support"
lead = "claire@lumenvelo.example"
members = ["ana@lumenvelo.example", "jonas@lumenvelo.example"]

[[mailboxes]]
address = "support@lumenvelo.example"
team = "Support"
"""


def plain() -> dict[str, Any]:
    """PLAIN as plain data, to be changed at will."""
    return dict(read(PLAIN, "desk.toml", NOW).body)


def changed(**sections: Any) -> dict[str, Any]:
    return plain() | sections


def policy(**more: Any) -> dict[str, Any]:
    """A policy of 4 h and 3 business days; give what should differ."""
    return {
        "name": "Standard support",
        "calendar": "office",
        "targets": {"first_response": "4h", "resolution": "3 business days"},
    } | more


def with_policy(**more: Any) -> dict[str, Any]:
    """The plain document with one policy, and no rule that names another."""
    return changed(policies=[policy(**more)], rules=[])


def with_rule(when: Any = None, **then: Any) -> dict[str, Any]:
    asked = {"subject": {"contains": "outage"}} if when is None else when
    return changed(rules=[{"name": "This one", "when": asked, "then": then or {"priority": "high"}}])


def accepted(body: Mapping[str, Any]) -> Written:
    return from_body(body, NOW)


def mistakes(body: Mapping[str, Any] | str) -> list[str]:
    """Everything that is wrong with a document, as text or plain data; none if nothing is."""
    try:
        read(body, "desk.toml", NOW) if isinstance(body, str) else from_body(body, NOW)
    except ConfigMistakes as wrong:
        return list(wrong.mistakes)
    return []


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_WORDS = (
    st.text(st.characters(exclude_categories=_UNSEEN), min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda word: fold(word) not in ("", "24x7"))
)
_TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(fold)
_DATES = st.dates(date(2026, 1, 1), date(2035, 12, 31)).map(date.isoformat)
_HOURS = st.sampled_from(("09:00–17:00", "09:00-12:30, 13:00-17:30", "22:00–06:00", "24h", "08:00 to 12:00"))
_SHORT = st.sampled_from(("5m", "30m", "1 h", "2:30", "4h", "450 s"))
_LONG = st.sampled_from(("8h", "1 business day", "3 business days", "72h", "10 days"))
_DAYS = st.sampled_from(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def _named(words: st.SearchStrategy[str] = _WORDS, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(words, min_size=least, max_size=3, unique_by=fold)


def _some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True) if values else st.just([])


def _given(name: str, values: st.SearchStrategy[list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    """A list that rules may have, which is never empty."""
    return values.map(lambda found: {name: found} if found else {})


def _maybe(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


def _calendar() -> st.SearchStrategy[dict[str, Any]]:
    # No night runs into a day that is open from midnight.
    days = st.dictionaries(_DAYS, _HOURS, min_size=1)
    week = days.filter(lambda written: not {"24h", "22:00–06:00"} <= {*written.values()})
    return st.fixed_dictionaries(
        {"hours": week | st.just("24x7")},
        optional={
            "zone": st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")),
            "holidays": st.lists(_DATES, max_size=3, unique=True),
            "special_days": st.dictionaries(_DATES, _HOURS | st.just("closed"), max_size=2),
            "business_day": st.sampled_from(("8h", "24h")),
        },
    )


_PLACES = (("at", 75), ("reopened", 2), ("after", "1h"), ("every", "1h"), ("before", "5m"))


def _policy(name: str, calendars: list[str], people: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    calendar = st.sampled_from([*calendars, "24x7"])
    by_priority = st.fixed_dictionaries({"normal": _SHORT}, optional={"low": _SHORT, "high": _SHORT})
    step = st.fixed_dictionaries(
        {"do": st.sampled_from((["remind_owner"], ["notify_lead", "reassign"], ["raise_priority"]))},
        optional={"notify": _some(people), "for": st.just(["resolution"]), "webhook": st.just("pager")},
    )
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "calendar": calendar,
            "targets": st.fixed_dictionaries({"first_response": _SHORT | by_priority, "resolution": _LONG}, optional={"update": _LONG}),
        },
        optional={
            "steps": st.lists(step, max_size=len(_PLACES)).map(
                lambda steps: [
                    {place: when} | {key: value for key, value in each.items() if place != "reopened" or key != "for"}
                    for each, (place, when) in zip(steps, _PLACES, strict=False)
                ]
            ),
            "pauses": st.just({"on_hold": ["resolution"]}),
            "thanks_reopens": st.booleans(),
            "reopening": st.sampled_from(("resume", "restart")),
            "hold_cap": _LONG,
        },
    )  # fmt: skip


def _conditions(tags: list[str], calendars: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.fixed_dictionaries({"contains": _TEXTS}) | st.fixed_dictionaries(
        {"one_of": st.lists(_TEXTS, min_size=1, max_size=3)}
    )
    leaves = [
        st.dictionaries(st.sampled_from(("subject", "body", "attachment", "label")), texts, min_size=1, max_size=1),
        st.just({"repeated": {"at_least": 2, "days": 30}}),
        st.just({"size": {"at_least": "5 MB"}}),
        st.builds(
            lambda name, text: {"header": {"name": name, "is": text}},
            st.sampled_from(("X-Priority", "list-id")),
            _TEXTS,
        ),
        st.sampled_from([*calendars, "24x7"]).map(lambda name: {"hours": {"is": "closed", "calendar": name}}),
    ]
    if tags:
        leaves.append(st.sampled_from(tags).map(lambda tag: {"tag": {"is": tag}}))
    return st.recursive(
        st.one_of(leaves),
        lambda below: st.dictionaries(st.sampled_from(("all", "any")), st.lists(below, min_size=1, max_size=3), min_size=1, max_size=1)
        | below.map(lambda condition: {"not": condition}),
        max_leaves=6,
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """The plain data of a valid document, with any names, any nesting, and anything that may be left out left out or not."""
    calendars = draw(st.dictionaries(_WORDS, _calendar(), max_size=3))
    policies, tags, tiers = draw(_named(least=1)), draw(_named()), draw(_named())
    people = draw(st.lists(st.sampled_from((ANA, JONAS, CLAIRE)), unique=True))
    boxes = draw(st.lists(st.sampled_from((SUPPORT, SALES)), unique=True))
    conditions = _conditions(tags, list(calendars))
    body: dict[str, Any] = {
        "default_policy": draw(st.sampled_from(policies)),
        "policies": [draw(_policy(name, list(calendars), people)) for name in policies],
    }
    optional: dict[str, Any] = {
        "tags": tags,
        "calendars": calendars,
        "tiers": {name: draw(st.lists(st.sampled_from(("@big.example", ANA)), unique=True)) for name in tiers},
        "rules": [
            {"name": name, "when": draw(conditions)}
            | draw(_maybe(stop=st.booleans()))
            | draw(_given("mailboxes", _some(boxes)))
            | {
                "then": {"priority": "high", "policy": draw(st.sampled_from(policies))}
                | draw(_given("tags", _some(tags)))
            }
            for name in draw(_named())
        ],
        "people": [
            {"address": address, "name": draw(_WORDS)}
            | draw(
                _maybe(
                    skills=_named(), capacity=st.integers(1, 99), mailboxes=_some(boxes), zone=st.just("Europe/Paris")
                )
            )
            | draw(_maybe(absences=st.just([{"from": "2026-12-24", "until": "2027-01-02"}])))
            for address in people
        ],
        "teams": [{"name": name, "strategy": "nobody", "members": people} for name in draw(_named()) if people],
        "mailboxes": [{"address": box} | draw(_maybe(policy=st.sampled_from(policies))) for box in boxes],
    }
    used = draw(st.booleans())
    return body | {name: part for name, part in optional.items() if part or used}
