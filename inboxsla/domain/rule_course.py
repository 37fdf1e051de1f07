"""Going through rules for one message: what each decides, what comes too late, and the ruling in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inboxsla.domain import rule_words
from inboxsla.domain.conditions import Condition
from inboxsla.domain.folding import fold
from inboxsla.domain.rule_actions import Actions
from inboxsla.domain.rule_facts import Answers
from inboxsla.domain.rule_words import quoted

BY_HAND = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """`mailboxes` are folded addresses; none means all."""

    name: str
    when: Condition
    then: Actions
    mailboxes: tuple[str, ...] = ()
    stop: bool = False

    def concerns(self, mailbox: str) -> bool:
        """Whether it is for mail of this mailbox, given by its folded address."""
        return not self.mailboxes or mailbox in self.mailboxes


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules decided for one message; None and () where they decided nothing.

    `tier` alone is also set when no rule gave it: then it is the list the customer is on, or what the ticket had.
    `tags` are put on (whether or not the ticket has them), `untag` taken off. `why` says in words what made each matching
    rule match, in their order. `rule_of` and `because` tell which rule decided what; a tag is asked for as "tag:NAME".
    """

    policy: str | None = None
    priority: str | None = None
    tier: str | None = None
    channel: str | None = None
    team: str | None = None
    owner: str | None = None
    strategy: str | None = None
    status: str | None = None
    not_a_ticket: bool | None = None
    tags: tuple[str, ...] = ()
    untag: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    decided_by: Mapping[str, str] = field(default_factory=dict)

    def rule_of(self, action: str) -> str | None:
        """The name of the rule that decided it."""
        return self.decided_by.get(_key(action))

    def because(self, action: str) -> str:
        """Why the rule that decided it matched, or nothing."""
        rule = self.rule_of(action)
        return "" if rule is None else self.why[self.matched.index(rule)]


@dataclass(frozen=True, slots=True)
class Look:
    """What one rule made of a message. `did` and `left` are its actions in words: those that count, those that came too late."""

    rule: str
    matched: bool
    why: str
    did: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Course:
    """The way through the rules of one message. `take` the matching ones in their order, then ask for the `ruling`."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        by_hand = answers.facts.by_hand
        # Action → the rule that decided it, BY_HAND if a person did; tags are "tag:" and the folded name.
        self._decided = {_key(action): BY_HAND for action in by_hand}
        self._single: dict[str, str | bool] = {}
        self._tags: dict[bool, list[str]] = {True: [], False: []}
        self._matched: dict[str, str] = {}

    def take(self, rule: Rule) -> Look:
        """Carry out what `rule`, which matched, may still decide."""
        did: list[str] = []
        left: list[str] = []
        reasons = rule_words.together(rule.when.reasons(self.answers, True))
        self._matched[rule.name] = f"{title(rule)} matched: {reasons}."
        for action, value in rule.then.single:
            said = rule_words.action(action, value)
            if self._claim(action, rule, said, did, left):
                self._single[action] = value
                self.answers.learn(action, str(value))
        for tags, on in ((rule.then.tags, True), (rule.then.untag, False)):
            for tag in tags:
                said = f"{'tag' if on else 'no tag'} {quoted(tag)}"
                if self._claim(f"tag:{tag}", rule, said, did, left):
                    self._tags[on].append(tag)
                    self.answers.learn_tag(tag, on)
        return Look(rule.name, True, self._matched[rule.name], tuple(did), tuple(left))

    def ruling(self) -> Ruling:
        values = {"tier": self.answers.tier or None, **self._single}
        return Ruling(
            **values,  # type: ignore[arg-type]  # the actions are its fields, with values of their kind
            tags=tuple(self._tags[True]),
            untag=tuple(self._tags[False]),
            matched=tuple(self._matched),
            why=tuple(self._matched.values()),
            decided_by={action: rule for action, rule in self._decided.items() if rule != BY_HAND},
        )

    def _claim(self, action: str, rule: Rule, said: str, did: list[str], left: list[str]) -> bool:
        before = self._decided.setdefault(_key(action), rule.name)
        if before == rule.name:
            did.append(said)
            return True
        left.append(f"{said} ({f'{quoted(before)} decided before' if before != BY_HAND else 'decided by hand'})")
        return False


def title(rule: Rule) -> str:
    return f"Rule {quoted(rule.name)}"


def _key(action: str) -> str:
    return f"tag:{fold(action[4:])}" if action.startswith("tag:") else action
