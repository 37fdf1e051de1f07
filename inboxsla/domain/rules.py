"""Rules: what an admin wants done with which mail. Ordered, pure data; never evaluated text.

Every rule is looked at in order. Of each thing a ticket has once (policy, priority, tier, channel, team, owner, strategy,
status, whether it is a ticket) the first matching rule that gives it decides, and so for each single tag. What a rule
decided about priority, tier, channel and tags is a fact for the rules after it. A matching rule with `stop` ends the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inboxsla.domain.folding import fold, fold_address
from inboxsla.domain.rule_actions import Actions
from inboxsla.domain.rule_alone import Reader, alone
from inboxsla.domain.rule_course import Course, Look, Rule, Ruling, title
from inboxsla.domain.rule_facts import Answers, Facts, Lists, Matcher, Members
from inboxsla.domain.rule_names import CHANNELS, Broken, Known, Names, shown
from inboxsla.domain.rule_words import quoted, together
from inboxsla.errors import ConfigMistakes

__all__ = ["Actions", "Facts", "Known", "Look", "Matcher", "Rule", "Rules", "Ruling", "from_data"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in their order, with the lists they look customers and hours up in.

    `patterns` are all regular expressions in them by field, for whoever makes the matcher: one set per field.
    """

    rules: tuple[Rule, ...]
    lists: Lists
    patterns: tuple[tuple[str, tuple[str, ...]], ...]

    def evaluate(self, facts: Facts, matcher: Matcher) -> Ruling:
        """What the rules decide about this message. Never raises, whatever the texts of `facts` hold."""
        course = Course(Answers(facts, self.lists, matcher))
        address = fold_address(facts.mailbox)
        for rule in self.rules:
            if rule.concerns(address) and rule.when.holds(course.answers):
                course.take(rule)
                if rule.stop:
                    break
        return course.ruling()

    def explain(self, facts: Facts, matcher: Matcher) -> tuple[Look, ...]:
        """For every rule in order whether it matched and which part of it decided that, as `evaluate` goes through them."""
        course = Course(Answers(facts, self.lists, matcher))
        looks, address, ended = [], fold_address(facts.mailbox), ""
        for rule in self.rules:
            if ended:
                looks.append(Look(rule.name, False, f"{title(rule)} was not looked at: {quoted(ended)} ends the list."))
            elif not rule.concerns(address):
                looks.append(Look(rule.name, False, f"{title(rule)} is only for {', '.join(rule.mailboxes)}."))
            elif rule.when.holds(course.answers):
                looks.append(course.take(rule))
                ended = rule.name if rule.stop else ""
            else:
                reasons = together(rule.when.reasons(course.answers, False))
                looks.append(Look(rule.name, False, f"{title(rule)} did not match: {reasons}."))
        return tuple(looks)


def from_data(
    rows: Sequence[Mapping[str, object]],
    known: Known,
    broken: Broken,
    reader: Callable[[Names, Broken], Reader] = alone,
) -> Rules:
    """The rules that plain data (TOML, JSON) describes. `broken(pattern)` says why a regular expression cannot be used.

    `reader` is for whoever reads the same rules often and remembers what was read. Raises ConfigMistakes naming everything
    that is wrong in all rules, each sentence starting with which rule.
    """
    if not isinstance(rows, list | tuple):
        raise ConfigMistakes([f"rules: {shown(rows)} is not a list of rules. Write each under [[rules]]."])
    mistakes: list[str] = []
    rules: list[Rule] = []
    names: dict[str, int] = {}
    read = reader(Names.read(known, _channels(rows)), broken)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            mistakes.append(f"Rule {number}: {shown(row)} is not a rule. Write each under [[rules]].")
            continue
        reading = read(row)
        wrong = [*_same_name(reading.name, number, names), *reading.mistakes]
        mistakes.extend(f"{_label(number, row)}: {mistake}" for mistake in wrong)
        if reading.rule is not None:
            rules.append(reading.rule)
    if mistakes:
        raise ConfigMistakes(mistakes)
    lists = Lists(Members.read(known.tiers), Members.read(known.organisations), dict(known.calendars))
    return Rules(tuple(rules), lists, _patterns(rules))


def _same_name(name: str, number: int, names: dict[str, int]) -> Iterator[str]:
    if name and (first := names.setdefault(fold(name), number)) != number:
        yield f"name: rule {first} has the same name. Give each its own."


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
