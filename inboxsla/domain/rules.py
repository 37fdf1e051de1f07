"""Rules: what an admin wants done with which mail. Ordered, pure data; never evaluated text.

Every rule is looked at in order. Of each thing a ticket has once (policy, priority, tier, channel, team, owner, strategy,
status, whether it is a ticket) the first matching rule that gives it decides, and so for each single tag. What a rule
decided about priority, tier, channel and tags is a fact for the rules after it. A matching rule with `stop` ends the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from inboxsla.domain import rule_actions, rule_reading
from inboxsla.domain.folding import fold, fold_address
from inboxsla.domain.rule_actions import Actions
from inboxsla.domain.rule_course import Course, Look, Rule, Ruling, title
from inboxsla.domain.rule_facts import Answers, Facts, Matcher, Members
from inboxsla.domain.rule_names import CHANNELS, Broken, Known, Page, shown
from inboxsla.domain.rule_words import quoted, together
from inboxsla.errors import ConfigMistakes

__all__ = ["Actions", "Facts", "Known", "Look", "Matcher", "Rule", "Rules", "Ruling", "from_data"]

_KEYS = ("name", "mailboxes", "stop", "when", "then")
_LONGEST_NAME = 100
# Lists of names, for each of which the rules that were right with them are remembered; and how many rules.
_MOST_LISTS, _MOST_RULES = 8, 5_000


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in their order, with the lists they look customers up in.

    `patterns` are all regular expressions in them by field, for whoever makes the matcher: one set per field.
    """

    rules: tuple[Rule, ...]
    tiers: Members
    organisations: Members
    patterns: tuple[tuple[str, tuple[str, ...]], ...]

    def evaluate(self, facts: Facts, matcher: Matcher) -> Ruling:
        """What the rules decide about this message. Never raises, whatever the texts of `facts` hold."""
        course = Course(Answers(facts, self.tiers, self.organisations, matcher))
        for rule in self._for(facts.mailbox):
            if rule.when.holds(course.answers):
                course.take(rule)
                if rule.stop:
                    break
        return course.ruling()

    def explain(self, facts: Facts, matcher: Matcher) -> tuple[Look, ...]:
        """For every rule in order whether it matched and which part of it decided that, as `evaluate` goes through them."""
        course = Course(Answers(facts, self.tiers, self.organisations, matcher))
        looks, concerned, ended = [], {rule.number for rule in self._for(facts.mailbox)}, ""
        for rule in self.rules:
            if ended:
                looks.append(Look(rule.name, False, f"{title(rule)} was not looked at: {quoted(ended)} ends the list."))
            elif rule.number not in concerned:
                looks.append(Look(rule.name, False, f"{title(rule)} is only for {', '.join(rule.mailboxes)}."))
            elif rule.when.holds(course.answers):
                looks.append(course.take(rule))
                ended = rule.name if rule.stop else ""
            else:
                reasons = together(rule.when.reasons(course.answers, False))
                looks.append(Look(rule.name, False, f"{title(rule)} did not match: {reasons}."))
        return tuple(looks)

    def _for(self, mailbox: str) -> Iterator[Rule]:
        address = fold_address(mailbox)
        return (rule for rule in self.rules if not rule.mailboxes or address in rule.mailboxes)


def from_data(rows: Sequence[Mapping[str, object]], known: Known, broken: Broken) -> Rules:
    """The rules that plain data (TOML, JSON) describes. `broken(pattern)` says why a regular expression cannot be used.

    Raises ConfigMistakes naming everything that is wrong in all rules, each sentence starting with which rule.
    """
    if not isinstance(rows, list | tuple):
        raise ConfigMistakes([f"rules: {shown(rows)} is not a list of rules. Write each under [[rules]]."])
    mistakes: list[str] = []
    rules: list[Rule] = []
    names: dict[str, int] = {}
    channels = _channels(rows)
    right = _right(known, channels, broken)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            mistakes.append(f"Rule {number}: {shown(row)} is not a rule. Write each under [[rules]].")
            continue
        written = _written(row)
        before = right.get(written) if written else None
        if before is not None and names.setdefault(fold(before.name), number) == number:
            rules.append(replace(before, number=number))
            continue
        page = Page(_label(number, row), known, channels, broken)
        rule = _rule(number, row, names, page)
        mistakes.extend(page.mistakes)
        if rule is not None:
            rules.append(rule)
            if written and not page.mistakes and len(right) < _MOST_RULES:
                right[written] = rule
    if mistakes:
        raise ConfigMistakes(mistakes)
    return Rules(tuple(rules), Members.read(known.tiers), Members.read(known.organisations), _patterns(rules))


def _right(known: Known, channels: tuple[str, ...], broken: Broken) -> dict[str, Rule]:
    """Rules that were read before, by their text, and had no mistakes with all the names that there are now."""
    mailboxes = None if known.mailboxes is None else tuple(known.mailboxes)
    named = (known.policies, known.teams, known.people, known.tags, known.tiers, known.organisations)
    return _read_with((*map(tuple, named), mailboxes, channels, broken))


@lru_cache(maxsize=_MOST_LISTS)
def _read_with(_names: tuple[object, ...]) -> dict[str, Rule]:
    return {}


def _written(row: Mapping[str, object]) -> str:
    """All that a rule says, as one text; "" for one that asks for hours, which may be others by now, or has no end of levels."""
    try:
        text = repr(row)
    except RecursionError:
        return ""
    return "" if "'hours'" in text else text


def _rule(number: int, row: Mapping[str, object], names: dict[str, int], page: Page) -> Rule | None:
    for key in row:
        if key not in _KEYS:
            page.unknown(key, _KEYS, "part of a rule", "")
    name = _name(number, row, names, page)
    stop = row.get("stop", False)
    if not isinstance(stop, bool):
        page.complain("stop", f"{shown(stop)} is neither true nor false.")
    when = rule_reading.read(row.get("when", {}), page)
    then = rule_actions.read(row.get("then", {}), page)
    if not row.get("then") and stop is not True:
        page.complain("then", 'this rule does nothing. Write for example then = {policy = "Outage"}, or stop = true.')
    mailboxes = _mailboxes(row["mailboxes"], page) if "mailboxes" in row else ()
    return Rule(number, name, when, then, mailboxes, stop is True) if when is not None else None


def _name(number: int, row: Mapping[str, object], names: dict[str, int], page: Page) -> str:
    if "name" not in row:
        page.complain("name", "this is missing. People see it wherever the rule decided something.")
        return ""
    name = " ".join((page.text(row["name"], "name") or "").split())
    if len(name) > _LONGEST_NAME:
        page.complain("name", f"this is longer than {_LONGEST_NAME} characters.")
    if name and (first := names.setdefault(fold(name), number)) != number:
        page.complain("name", f"rule {first} has the same name. Give each its own.")
    return name


def _mailboxes(written: object, page: Page) -> tuple[str, ...]:
    addresses = page.texts(written, "mailboxes")
    if page.known.mailboxes is not None:
        addresses = [found for one in addresses if (found := page.named("mailbox", one, "mailboxes"))]
    return tuple(map(fold_address, addresses))


def _label(number: int, row: Mapping[str, object]) -> str:
    name = row.get("name")
    return f"Rule {number} {quoted(name.strip())}" if isinstance(name, str) and name.strip() else f"Rule {number}"


def _channels(rows: Sequence[object]) -> tuple[str, ...]:
    """The channels a condition may name: those of every mail, and those that rules set."""
    actions = [row.get("then") for row in rows if isinstance(row, Mapping)]
    given = [then.get("channel") for then in actions if isinstance(then, Mapping)]
    return tuple(dict.fromkeys([*CHANNELS, *(channel for channel in given if isinstance(channel, str))]))


def _patterns(rules: Sequence[Rule]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    by_field: dict[str, dict[str, None]] = {}
    for rule in rules:
        for field, pattern in rule.when.patterns():
            by_field.setdefault(field, {})[pattern] = None
    return tuple((field, tuple(patterns)) for field, patterns in by_field.items())
