"""What rules may ask about a message, and the answers, each worked out at most once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.folding import MOST_MATCHED, domain_of, fold, fold_address, plain, with_parents
from inboxsla.domain.timeline import NORMAL

EMAIL = "email"
_CHANGING = ("tag", "tier", "channel")


class Matcher(Protocol):
    """Regular expressions, compiled for the patterns of one `Rules` value."""

    def hits(self, field: str, text: str) -> Collection[str]:
        """Those patterns for `field` that are found anywhere in `text`. Never raises for any text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One message, and the ticket it belongs to, as rules see them. Texts are hostile and may be anything.

    `at` is when the message came, aware. `sender` is the address in From, `requester` whose wish it is (Reply-To or the
    body of a form; empty: the sender). `recipients` are all addresses and aliases it came to. `headers` maps a name, in
    any case, to its values. `size` counts bytes. `earlier` are the instants at which the requester opened other tickets.
    `priority`, `tags`, `tier` and `channel` are what the ticket has before any rule; an empty tier is looked up in the lists.

    `by_hand` names what a person decided and rules therefore leave alone: actions such as "priority" or "owner", and
    "tag:NAME" for a tag that a person put on or took off.
    """

    at: datetime
    sender: str = ""
    requester: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    headers: Mapping[str, Collection[str]] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    size: int = 0
    priority: str = NORMAL
    tags: tuple[str, ...] = ()
    tier: str = ""
    channel: str = EMAIL
    earlier: tuple[datetime, ...] = ()
    mailbox: str = ""
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Members:
    """Who is on which list: folded address or domain → the list's name. A domain stands for its subdomains too."""

    by_address: Mapping[str, str]
    by_domain: Mapping[str, str]

    @classmethod
    def read(cls, lists: Mapping[str, Iterable[str]]) -> Members:
        """`lists`: name → addresses, and domains as “@big.example” or “big.example”. Who stands twice is on the first."""
        by_address: dict[str, str] = {}
        by_domain: dict[str, str] = {}
        for name, entries in lists.items():
            for entry in map(fold_address, entries):
                found = by_domain if entry.startswith("@") or "@" not in entry else by_address
                found.setdefault(entry.removeprefix("@"), name)
        return cls(by_address, by_domain)

    def of(self, address: str) -> str:
        """The list a folded address is on: as itself, else by the longest domain; or nothing."""
        if address in self.by_address:
            return self.by_address[address]
        return next((self.by_domain[d] for d in with_parents(domain_of(address)) if d in self.by_domain), "")


@dataclass(frozen=True, slots=True)
class Lists:
    """What rules look up by the names they say: who is on a list of customers, and which hours a calendar has."""

    tiers: Members
    organisations: Members
    calendars: Mapping[str, BusinessCalendar]


class Answers:
    """What one message answers to conditions. `learn` tells it what a rule decided, so that later rules see it."""

    __slots__ = (
        "_exact", "_folded", "_headers", "_hits", "_lists", "_matcher", "_organisation",
        "channel", "facts", "priority", "tags", "tier",
    )  # fmt: skip

    def __init__(self, facts: Facts, lists: Lists, matcher: Matcher) -> None:
        requester = fold_address(facts.requester or facts.sender)
        self.facts = facts
        self.priority = facts.priority or NORMAL
        self.channel = facts.channel or EMAIL
        self.tier = facts.tier or ("" if "tier" in facts.by_hand else lists.tiers.of(requester))
        self.tags = {fold(tag): tag for tag in facts.tags}
        self._organisation = lists.organisations.of(requester)
        self._lists = lists
        self._matcher = matcher
        self._folded: dict[str, tuple[str, ...]] = {}
        self._exact: dict[str, frozenset[str]] = {}
        self._hits: dict[str, frozenset[str]] = {}
        self._headers: dict[str, list[str]] | None = None

    def learn(self, action: str, value: str) -> None:
        if action in ("priority", "tier", "channel"):
            setattr(self, action, value)
            self._forget()

    def learn_tag(self, tag: str, present: bool) -> None:
        if present:
            self.tags[fold(tag)] = tag
        else:
            self.tags.pop(fold(tag), None)
        self._forget()

    def is_open(self, calendar: str) -> bool:
        """Whether the message came within the hours of the calendar of this name."""
        return self._lists.calendars[calendar].is_open(self.facts.at)

    def folded(self, field: str) -> tuple[str, ...]:
        """The values of `field` for comparing; none if the message has none."""
        if (known := self._folded.get(field)) is None:
            read = fold_address if field in ("sender", "domain", "recipient") else fold
            known = self._folded[field] = tuple(map(read, self._values(field)))
        return known

    def exact(self, field: str) -> frozenset[str]:
        """The values that `is` and `one_of` mean: of a domain also the domains it lies in."""
        if (known := self._exact.get(field)) is None:
            values: Iterable[str] = self.folded(field)
            if field == "domain":
                values = (parent for domain in values for parent in with_parents(domain))
            known = self._exact[field] = frozenset(values)
        return known

    def hits(self, field: str) -> frozenset[str]:
        """The patterns found in `field`: one question to the matcher for each of its values."""
        if (known := self._hits.get(field)) is None:
            found: set[str] = set()
            left = MOST_MATCHED
            for value in self._values(field):
                if left > 0:
                    found.update(self._matcher.hits(field, plain(value[:left])))
                left -= len(value) + 1
            known = self._hits[field] = frozenset(found)
        return known

    def _values(self, field: str) -> Collection[str]:
        facts = self.facts
        match field:
            case "subject":
                return (facts.subject,)
            case "body":
                return (facts.body,)
            case "sender":
                return dict.fromkeys(filter(None, (facts.sender, facts.requester)))
            case "domain":
                return dict.fromkeys(filter(None, map(domain_of, self.folded("sender"))))
            case "recipient":
                return facts.recipients
            case "attachment":
                return facts.attachments
            case "label":
                return facts.labels
            case "tag":
                return self.tags.values()
            case "tier" | "channel":
                value: str = getattr(self, field)
                return (value,) if value else ()
            case "organisation":
                return (self._organisation,) if self._organisation else ()
        return self._header(field.removeprefix("header ").lower())

    def _header(self, name: str) -> Collection[str]:
        if self._headers is None:
            self._headers = {}
            for written, values in self.facts.headers.items():
                self._headers.setdefault(written.lower(), []).extend(values)
        return self._headers.get(name, ())

    def _forget(self) -> None:
        for known in (self._folded, self._exact, self._hits):
            for changed in _CHANGING:
                known.pop(changed, None)
