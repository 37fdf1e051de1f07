"""A policy of the configuration as the fields of its form, and back. Pure: plain data in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inboxsla.config.document.model import METRICS, PRIORITIES, Policy
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

# When a step comes: at a percentage, a length before or after it is due, every so often after that, or by reopenings.
PLACES = ("at", "before", "after", "every", "reopened")
PAUSING = ("waiting_on_customer", "on_hold")
TICKS = ("reply_sets_waiting", "archiving_solves", "thanks_reopens")
LENGTHS = ("hold_cap", "auto_close", "auto_close_warning")
_NUMBERS = frozenset({"at", "reopened"})
# Lists of a step that are written in one field, with commas between.
_NAMED = ("notify", "add_tag", "webhook")
Orders = Mapping[frozenset[str], list[str]]


def to_typed(policy: Policy) -> Typed:
    return Typed(tuple(_fields(policy)))


def blank_step() -> Typed:
    return Typed.of({"when": "at", "length": "", "do": (), "for": (), **dict.fromkeys(_NAMED, "")})


def to_row(typed: Typed, enabled: bool = True, before: Policy | None = None) -> dict[str, Any]:
    """The policy as the document has it. What is no number stays text, so that the document says what is wrong with it.

    Ticks have no order: what says the same as `before` keeps its order.
    """
    orders = _orders(before)
    row: dict[str, Any] = {
        "name": typed.get("name"),
        "calendar": typed.get("calendar"),
        "targets": {metric: target for metric in METRICS if (target := _target(typed.below(f"targets.{metric}")))},
        "steps": [_step(step, orders) for step in typed.rows("steps")],
        "pauses": {status: _known(typed.all(f"pauses.{status}"), METRICS, orders) for status in PAUSING},
        "medium_at": _number(typed.get("medium_at")),
        "urgent_at": _number(typed.get("urgent_at")),
        "reopening": typed.get("reopening"),
        **{name: bool(typed.all(name)) for name in TICKS},
        **{name: text for name in LENGTHS if (text := typed.get(name))},
    }
    if notices := _notices(typed.below("notices")):
        row["notices"] = notices
    return row if enabled else {**row, "enabled": False}


def field_of(key: Key) -> str | None:
    """The field for a key of the policy: one is written in another field than the document has it in."""
    match key:
        case ("targets", str() as metric):
            return f"targets.{metric}.normal"
        case ("targets",):
            return "targets.first_response.normal"
        case ("steps", int() as nth, *rest):
            return f"steps.{nth}.{_step_field(rest)}"
        case ("pauses", *_):
            return "pauses.on_hold"
    return None


def _step_field(rest: list[Any]) -> str:
    if rest and rest[0] in (*_NAMED, "do", "for"):
        return str(rest[0])
    return "length"


def _fields(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "name", policy.name
    yield "calendar", policy.calendar
    promised = policy.targets.promised
    for metric in METRICS:
        target = promised.get(metric)
        for priority in PRIORITIES:
            yield f"targets.{metric}.{priority}", (target.lengths.get(priority) or "") if target else ""
        yield f"targets.{metric}.calendar", (target.calendar or "") if target else ""
    for nth, step in enumerate(policy.steps):
        place = next(name for name in PLACES if getattr(step, name) is not None)
        yield f"steps.{nth}.when", place
        yield f"steps.{nth}.length", str(getattr(step, place))
        yield from ((f"steps.{nth}.do", do) for do in step.do)
        yield from ((f"steps.{nth}.for", metric) for metric in step.promises)
        for name in _NAMED:
            yield f"steps.{nth}.{name}", ", ".join(getattr(step, name))
    for status in PAUSING:
        yield from ((f"pauses.{status}", metric) for metric in policy.pauses.get(status, ()))  # type: ignore[call-overload]
    yield "medium_at", str(policy.medium_at)
    yield "urgent_at", str(policy.urgent_at)
    yield "reopening", policy.reopening
    yield from ((name, "yes") for name in TICKS if getattr(policy, name))
    yield from ((name, getattr(policy, name) or "") for name in LENGTHS)
    for notice in CustomerNotice:
        if getattr(policy.notices, notice):
            yield f"notices.{notice}", "yes"
        yield f"notices.{notice}_text", getattr(policy.notices, f"{notice}_text")


def _notices(typed: Typed) -> dict[str, Any]:
    """Those that are ticked, and what is written for any."""
    on = {notice.value: True for notice in CustomerNotice if typed.all(notice)}
    return on | {name: text for notice in CustomerNotice if (text := typed.get(name := f"{notice}_text"))}


def _target(typed: Typed) -> dict[str, str]:
    lengths: dict[str, str] = {priority: text for priority in PRIORITIES if (text := typed.get(priority))}
    own = typed.get("calendar")
    return {**lengths, "calendar": own} if lengths and own else lengths


def _step(typed: Typed, orders: Orders) -> dict[str, Any]:
    place, text = typed.get("when"), typed.get("length")
    row: dict[str, Any] = {}
    if place in PLACES and text:
        row[place] = _number(text.removesuffix("%").strip()) if place in _NUMBERS else text
    do = [do for do in typed.all("do") if do]
    row["do"] = orders.get(frozenset(do), do)
    if metrics := _known(typed.all("for"), METRICS, orders):
        row["for"] = metrics
    for name in _NAMED:
        if listed := [each for part in typed.get(name).split(",") if (each := part.strip())]:
            row[name] = listed
    return row


def _known(values: tuple[str, ...], known: tuple[str, ...], orders: Orders) -> list[str]:
    return orders.get(frozenset(values), [value for value in known if value in values])


def _orders(before: Policy | None) -> Orders:
    """How each group of ticks was written."""
    if before is None:
        return {}
    written = [*(step.do for step in before.steps), *(step.promises for step in before.steps), *before.pauses.values()]
    return {frozenset(group): list(group) for group in reversed(written)}


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
