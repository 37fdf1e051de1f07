"""Ready-made policies with the rules that choose them, and how one is added to a document."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from inboxsla.config.document import kinds, saying
from inboxsla.config.document.model import Policy, Rule
from inboxsla.config.document.parts import unknown
from inboxsla.config.document.starting import OFFICE
from inboxsla.errors import Missing, Refused

# The order in which their rules should be looked at: the more particular first, what takes all the rest last.
ORDER = (
    "outage",
    "technical-dependency",
    "multi-touch",
    "standard",
    "vip",
    "billing",
    "phone",
    "chat",
    "social",
    "email",
)


@dataclass(frozen=True, slots=True)
class Template:
    """`body` holds what is added to a document: policies, rules, and the tags and tiers these name.

    `asks` says in plain words what its first rule asks for, where that holds patterns; else it is empty.
    """

    name: str
    about: str
    body: Mapping[str, Any]
    asks: str = ""

    @property
    def promises(self) -> tuple[str, ...]:
        """Each policy in words: “Outage: first response 30m; resolution 2h; round the clock”."""
        return tuple(f"{policy.name}: {saying.promise(policy)}" for policy in self.policies)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Each rule in words: “if subject contains “outage”, then policy “Outage””."""
        rules = (Rule.model_validate(row) for row in self.body["rules"])
        return tuple(
            self.without_patterns(f"if {saying.condition(rule.when)}, then {saying.actions(rule.then)}")
            for rule in rules
        )

    def without_patterns(self, text: str) -> str:
        """A text about its rules, with plain words where their conditions hold patterns."""
        return text.replace(saying.condition(self.body["rules"][0]["when"]), self.asks) if self.asks else text

    @property
    def policies(self) -> tuple[Policy, ...]:
        return tuple(Policy.model_validate(row) for row in self.body["policies"])


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order of their rules."""
    return tuple(_read(name) for name in ORDER)


def template(name: str) -> Template:
    """Raises Missing for a name that none has."""
    found = next((each for each in templates() if each.name == name.strip().lower()), None)
    if found is None:
        raise Missing(unknown(name, ORDER, "ready-made policies"))
    return found


def with_template(body: Mapping[str, Any], name: str, calendar: str | None = None) -> dict[str, Any]:
    """The document `body` (plain data without mistakes) with a ready-made policy added; `body` itself stays as it is.

    `calendar` is whose hours all its promises count in; without it those of the default policy, except where a promise is
    round the clock. Raises Missing for an unknown template or calendar, Refused for what is in the document already.
    """
    chosen = template(name)
    known = [*body.get("calendars", {}), kinds.ALWAYS]
    if calendar is not None and calendar not in known:
        raise Missing(unknown(calendar, known, "calendars"))
    for section in ("policies", "rules"):
        there = {str(row["name"]).strip().casefold() for row in body.get(section, ())}
        for row in chosen.body[section]:
            if row["name"].casefold() in there:
                what = "policy" if section == "policies" else "rule"
                raise Refused(
                    f"There is a {what} “{row['name']}” already. Rename or remove it first, or change it as it is."
                )
    house = next(row["calendar"] for row in body["policies"] if row["name"].strip() == body["default_policy"].strip())
    added = [
        {**row, "calendar": calendar or (house if row["calendar"] == OFFICE else row["calendar"])}
        for row in chosen.body["policies"]
    ]
    tags = [*body.get("tags", ()), *(tag for tag in chosen.body.get("tags", ()) if tag not in body.get("tags", ()))]
    return {
        **body,
        **({"tags": tags} if tags else {}),
        **({"tiers": {**chosen.body["tiers"], **body.get("tiers", {})}} if "tiers" in chosen.body else {}),
        "policies": [*body["policies"], *added],
        "rules": _inserted(list(body.get("rules", ())), chosen),
    }


def _inserted(rules: list[Any], chosen: Template) -> list[Any]:
    """Before the first rule of a ready-made policy that should be looked at later, else at the end."""
    later = set(_rule_names(chosen.name))
    at = next((nth for nth, row in enumerate(rules) if row["name"] in later), len(rules))
    return [*rules[:at], *chosen.body["rules"], *rules[at:]]


def _rule_names(after: str) -> Iterator[str]:
    for each in templates()[ORDER.index(after) + 1 :]:
        yield from (row["name"] for row in each.body["rules"])


def _read(name: str) -> Template:
    tree = tomllib.loads(files("inboxsla").joinpath("templates", f"{name}.toml").read_text("utf-8"))
    return Template(name, tree.pop("about"), tree, tree.pop("asks", ""))
