"""One rule read by itself, without those beside it: what it says depends on its text and on the names there are, on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inboxsla.domain import rule_actions, rule_reading
from inboxsla.domain.folding import fold_address
from inboxsla.domain.rule_course import Rule
from inboxsla.domain.rule_names import Broken, Names, Page, shown

_KEYS = ("name", "mailboxes", "stop", "when", "then")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What one row says. `name` is "" where it has none, `rule` None where it cannot be asked; `mistakes` are all in it."""

    name: str
    rule: Rule | None
    mistakes: tuple[str, ...]


Row = Mapping[str, object]
Reader = Callable[[Row], Reading]


def alone(names: Names, broken: Broken) -> Reader:
    """Whoever reads rows while there are these names, one by one."""
    return lambda row: _read(row, Page(names, broken))


def _read(row: Row, page: Page) -> Reading:
    for key in row:
        if key not in _KEYS:
            page.unknown(key, _KEYS, "part of a rule", "")
    name = _name(row, page)
    stop = row.get("stop", False)
    if not isinstance(stop, bool):
        page.complain("stop", f"{shown(stop)} is neither true nor false.")
    when = rule_reading.read(row.get("when", {}), page)
    then = rule_actions.read(row.get("then", {}), page)
    if not row.get("then") and stop is not True:
        page.complain("then", 'this rule does nothing. Write for example then = {policy = "Outage"}, or stop = true.')
    mailboxes = _mailboxes(row["mailboxes"], page) if "mailboxes" in row else ()
    rule = Rule(name, when, then, mailboxes, stop is True) if when is not None else None
    return Reading(name, rule, tuple(page.mistakes))


def _name(row: Row, page: Page) -> str:
    if "name" not in row:
        page.complain("name", "this is missing. People see it wherever the rule decided something.")
        return ""
    name = " ".join((page.text(row["name"], "name") or "").split())
    if len(name) > _LONGEST_NAME:
        page.complain("name", f"this is longer than {_LONGEST_NAME} characters.")
    return name


def _mailboxes(written: object, page: Page) -> tuple[str, ...]:
    addresses = page.texts(written, "mailboxes")
    if not page.names.any_mailbox:
        addresses = [found for one in addresses if (found := page.named("mailbox", one, "mailboxes"))]
    return tuple(map(fold_address, addresses))
