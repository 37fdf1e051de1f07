"""Ready-made paces: the promises of one policy for every priority, to begin with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from inboxsla.config.document import kinds
from inboxsla.config.document.lengths import seconds
from inboxsla.config.document.model import METRICS, PRIORITIES, Document, Policy, Targets
from inboxsla.config.document.starting import of_settings
from inboxsla.config.settings import Settings

_Lengths = tuple[str, str, str, str]  # critical, high, normal, low


@dataclass(frozen=True, slots=True)
class Pace:
    """`first`, `following` and `solved` are lengths for each priority. `always`: counted round the clock."""

    key: str
    first: _Lengths
    following: _Lengths
    solved: _Lengths
    always: bool = False

    @property
    def targets(self) -> dict[str, dict[str, str]]:
        lengths = {"first_response": self.first, "next_response": self.following, "resolution": self.solved}
        return {metric: dict(zip(PRIORITIES, of, strict=True)) for metric, of in lengths.items()}


PACES = (
    Pace(
        "standard",
        ("1h", "4h", "8h", "2 business days"),
        ("2h", "8h", "2 business days", "3 business days"),
        ("1 business day", "2 business days", "3 business days", "5 business days"),
    ),
    Pace(
        "unhurried",
        ("4h", "8h", "2 business days", "4 business days"),
        ("8h", "2 business days", "3 business days", "5 business days"),
        ("2 business days", "3 business days", "5 business days", "10 business days"),
    ),
    Pace("always", ("15m", "1h", "4h", "24h"), ("30m", "2h", "8h", "24h"), ("4h", "8h", "24h", "72h"), always=True),
)


def pace(key: str) -> Pace | None:
    return next((each for each in PACES if each.key == key), None)


def pace_of(document: Document) -> Pace | None:
    """The pace that the default policy keeps, None if it is none of these."""
    policy = default_policy(document)
    calendar = document.calendars.get(policy.calendar)
    for each in PACES:
        wanted = Targets.model_validate(each.targets).promised
        same = policy.targets.promised.keys() == wanted.keys() and all(
            policy.targets.promised[metric].calendar is None
            and {name: seconds(text, calendar) for name, text in policy.targets.promised[metric].lengths.items()}
            == {name: seconds(text, calendar) for name, text in target.lengths.items()}
            for metric, target in wanted.items()
        )
        if same and each.always == (policy.calendar == kinds.ALWAYS):
            return each
    return None


def as_it_came(policy: Policy) -> bool:
    """Whether it promises what a policy promises about which nobody said anything."""
    return policy.targets == _built_in()


@cache
def _built_in() -> Targets:
    return Targets.model_validate(of_settings(Settings.of({}))["policies"][0]["targets"])


def default_policy(document: Document) -> Policy:
    return next(policy for policy in document.policies if policy.name == document.default_policy)


def put(body: Mapping[str, Any], chosen: Pace, calendar: str) -> None:
    """Let the default policy of `body` promise what the pace says; in the hours of `calendar`, or round the clock."""
    row = default_row(body)
    row["targets"] = chosen.targets
    row["calendar"] = kinds.ALWAYS if chosen.always else calendar


def put_first(body: Mapping[str, Any], lengths: Mapping[str, str]) -> None:
    """Let it promise these first answers (priority → length); what else it promises stays."""
    row = default_row(body)
    targets = row.get("targets") or {}
    own = targets.get("first_response")
    kept = {"calendar": own["calendar"]} if isinstance(own, Mapping) and own.get("calendar") else {}
    row["targets"] = {
        name: {**lengths, **kept} if name == "first_response" else targets[name]
        for name in METRICS
        if name == "first_response" or name in targets
    }


def default_row(body: Mapping[str, Any]) -> dict[str, Any]:
    """The default policy of `body`, as it stands there."""
    found: dict[str, Any] = next(
        row for row in body["policies"] if str(row["name"]).strip() == str(body["default_policy"]).strip()
    )
    return found
