"""The rules in force, ready to be asked: compiled once in a process for each configuration that was ever saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from inboxsla.config.document import Document, compile_policies, kinds, read_rules
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.rules import Facts, Known, Look, Rules, Ruling
from inboxsla.patterns import Patterns, matcher
from inboxsla.storage import configurations, policies
from inboxsla.storage.types import from_json


@dataclass(frozen=True, slots=True)
class Judge:
    """A document's rules, compiled. Knows names of policies, not versions."""

    document: Document
    rules: Rules
    matcher: Patterns

    def ask(self, facts: Facts) -> Ruling:
        return self.rules.evaluate(facts, self.matcher)

    def explain(self, facts: Facts) -> tuple[Look, ...]:
        return self.rules.explain(facts, self.matcher)

    def policy_named(self, ruling: Ruling, mailbox: str) -> str:
        """The policy a rule decided, else the mailbox's, else the default one."""
        return ruling.policy or self.document.policy_of(mailbox)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The judge in force, with the policy versions that its names mean now: name → (id, version)."""

    judge: Judge
    versions: Mapping[str, tuple[int, int]]

    def ask(self, facts: Facts) -> Ruling:
        return self.judge.ask(facts)

    def policy_for(self, ruling: Ruling, mailbox: str) -> tuple[str, int]:
        """Name and version id."""
        name = self.judge.policy_named(ruling, mailbox)
        return name, self.versions[name][0]

    def version_of(self, policy_id: int) -> int:
        return next(version for found, version in self.versions.values() if found == policy_id)

    def team_of(self, mailbox: str) -> str:
        return self.judge.document.team_of(mailbox)


def in_force(conn: Connection) -> Rulebook | None:
    """The rules of the newest configuration; None if none was ever saved, and so there are no rules."""
    saved = configurations.newest(conn)
    if saved is None:
        return None
    judge = _judge(saved.text)
    return Rulebook(
        judge, policies.newest_versions(conn, [policy.name for policy in judge.document.policies if policy.enabled])
    )


def judge_of(document: Document) -> Judge:
    """Compile a document's rules. Raises ConfigMistakes naming everything that is wrong in them."""
    written = document.model_dump(include={"rules"}, mode="json", by_alias=True, exclude_defaults=True)
    rules = read_rules(written.get("rules", []), _known(document))
    return Judge(document, rules, matcher(rules.patterns))


def _known(document: Document) -> Known:
    """What the rules of a document may refer to."""
    bodies = compile_policies(document)
    calendars = {name: calendar.opening_hours() for name, calendar in document.calendars.items()}
    return Known(
        policies=list(bodies),
        calendars={**calendars, kinds.ALWAYS: BusinessCalendar.always_open()},
        teams=[team.name for team in document.teams],
        people=[person.address for person in document.people],
        tags=document.tags,
        tiers=document.tiers,
        organisations=document.organisations,
    )


@lru_cache(maxsize=8)
def _judge(text: str) -> Judge:
    body: dict[str, Any] = from_json(text)
    return judge_of(Document.model_validate(body))
