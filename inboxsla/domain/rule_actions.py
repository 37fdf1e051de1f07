"""What a rule does when it matches, from plain data, every mistake complained about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.rule_names import Page, shown
from inboxsla.domain.rule_words import quoted
from inboxsla.domain.timeline import Status

STRATEGIES = ("least_loaded", "round_robin", "skill", "fixed", "nobody")
STATUSES = tuple(status.value for status in Status if status is not Status.NOT_A_TICKET)
# Actions of which a ticket has one value, so that the first matching rule decides.
SINGLE = ("policy", "priority", "tier", "channel", "team", "owner", "strategy", "status", "not_a_ticket")
_NAMES = {"policy": "policy", "tier": "tier", "team": "team", "owner": "person"}
_CHOICES = {"priority": PRIORITIES, "strategy": STRATEGIES, "status": STATUSES}
# What makes no sense for mail that is no ticket.
_FOR_TICKETS = ("policy", "priority", "team", "owner", "strategy", "status")


@dataclass(frozen=True, slots=True)
class Actions:
    """`single`: (action, value) pairs, in the order of SINGLE. `tags` are put on, `untag` taken off."""

    single: tuple[tuple[str, str | bool], ...] = ()
    tags: tuple[str, ...] = ()
    untag: tuple[str, ...] = ()


def read(data: object, page: Page) -> Actions:
    """The actions that `data` describes; what is wrong is left out after complaining."""
    if not isinstance(data, Mapping):
        page.complain("then", f'{shown(data)} is not a table. Write it like then = {{policy = "Outage"}}.')
        return Actions()
    for name in data:
        if name not in (*SINGLE, "tags", "untag"):
            page.unknown(name, (*SINGLE, "tags", "untag"), "something a rule can do", "then")
    values = [(name, _value(name, data[name], page)) for name in SINGLE if name in data]
    tags, untag = (_tags(data[key], page, f"then.{key}") if key in data else () for key in ("tags", "untag"))
    _contradictions(data, tags, untag, page)
    return Actions(tuple((name, value) for name, value in values if value is not None), tags, untag)


def _value(name: str, written: object, page: Page) -> str | bool | None:
    where = f"then.{name}"
    if name == "not_a_ticket":
        if isinstance(written, bool):
            return written
        page.complain(where, f"{shown(written)} is neither true nor false.")
        return None
    text = page.text(written, where)
    if text is None:
        return None
    if name in _NAMES:
        return page.named(_NAMES[name], text, where)
    if name in _CHOICES and text not in _CHOICES[name]:
        if text == Status.NOT_A_TICKET:
            page.complain(where, "write not_a_ticket = true instead.")
        else:
            page.unknown(text, _CHOICES[name], f"a {name}", where)
        return None
    if name == "channel" and len(text) > 64:
        page.complain(where, "the name of a channel has 64 characters at most.")
        return None
    return text


def _tags(written: object, page: Page, where: str) -> tuple[str, ...]:
    named = (page.named("tag", text, where) for text in page.texts(written, where))
    return tuple(dict.fromkeys(tag for tag in named if tag is not None))


def _contradictions(data: Mapping[str, object], tags: tuple[str, ...], untag: tuple[str, ...], page: Page) -> None:
    if data.get("not_a_ticket") is True and (odd := [name for name in _FOR_TICKETS if name in data]):
        page.complain("then", f"what is not a ticket cannot have {' or '.join(odd)}. Take out one or the other.")
    if "owner" in data and "strategy" in data:
        page.complain("then", "owner names a person and strategy chooses one. Take out one or the other.")
    for tag in tags:
        if tag in untag:
            page.complain("then", f"the tag {quoted(tag)} is both put on and taken off. Decide for one.")
