"""What a rule's form offers to choose from, with its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from inboxsla.config.document import Document, kinds
from inboxsla.domain.rule_names import CHANNELS
from inboxsla.domain.rule_reading import FIELDS
from inboxsla.domain.ticket_view import PRIORITY_WORDS, STATUS_WORDS
from inboxsla.services import in_force
from inboxsla.web.context import ports, say
from inboxsla.web.settings.typed import Typed

Choices = Sequence[tuple[str, str]]

ABOUT = {
    "subject": lazy_gettext("Subject"),
    "body": lazy_gettext("Text of the mail"),
    "sender": lazy_gettext("Sender’s address"),
    "domain": lazy_gettext("Sender’s domain"),
    "organisation": lazy_gettext("Organisation"),
    "tier": lazy_gettext("Customer tier"),
    "recipient": lazy_gettext("Address it came to"),
    "header": lazy_gettext("A header"),
    "attachment": lazy_gettext("Attachment name"),
    "label": lazy_gettext("A Gmail label"),
    "channel": lazy_gettext("Channel"),
    "tag": lazy_gettext("A tag"),
    "priority": lazy_gettext("Priority"),
    "hours": lazy_gettext("When it came"),
    "size": lazy_gettext("Size of the mail"),
    "repeated": lazy_gettext("Earlier tickets"),
}
HOW = {
    "is": lazy_gettext("is"),
    "contains": lazy_gettext("contains"),
    "starts_with": lazy_gettext("starts with"),
    "matches": lazy_gettext("fits the pattern"),
    "one_of": lazy_gettext("is one of"),
    "at_least": lazy_gettext("is at least"),
    "not is": lazy_gettext("is not"),
    "not contains": lazy_gettext("does not contain"),
    "not starts_with": lazy_gettext("does not start with"),
    "not matches": lazy_gettext("does not fit the pattern"),
    "not one_of": lazy_gettext("is none of"),
    "not at_least": lazy_gettext("is less than"),
}
JOINS = {
    "all": lazy_gettext("All of these hold"),
    "any": lazy_gettext("At least one of these holds"),
    "none": lazy_gettext("None of these holds"),
    "not_all": lazy_gettext("Not all of these hold"),
}
STRATEGIES = {
    "least_loaded": lazy_gettext("Whoever has the least to do"),
    "round_robin": lazy_gettext("In turn"),
    "skill": lazy_gettext("By skill"),
    "fixed": lazy_gettext("Always the one person"),
    "nobody": lazy_gettext("Nobody: a person decides"),
}
_LATER = ("open", "waiting_on_customer", "on_hold", "solved", "closed")


@dataclass(frozen=True, slots=True)
class Offered:
    """(value, words) of everything there is to choose. `ways` are the comparisons of each field."""

    about: Choices
    ways: Mapping[str, Choices]
    joins: Choices
    then: Mapping[str, Choices]
    priorities: Choices
    calendars: Choices
    mailboxes: Sequence[str]
    known: Mapping[str, Sequence[str]]


def of(document: Document, typed: Typed) -> Offered:
    """For a document; and what was typed stays on offer."""
    priorities = _said(PRIORITY_WORDS)
    own = [rule.then.channel for rule in document.rules if rule.then.channel]
    return Offered(
        about=[(name, str(words)) for name, words in ABOUT.items()],
        ways={name: [(how, str(words)) for how, words in HOW.items() if _fits(how, name)] for name in FIELDS},
        joins=[(join, str(words)) for join, words in JOINS.items()],
        then=_then(document, priorities),
        priorities=priorities,
        calendars=[*((name, name) for name in document.calendars), (kinds.ALWAYS, _("round the clock"))],
        mailboxes=list(dict.fromkeys((*boxes(), *typed.all("mailboxes")))),
        known={
            "tier": list(document.tiers),
            "organisation": list(document.organisations),
            "tag": document.tags,
            "channel": list(dict.fromkeys((*CHANNELS, *own))),
        },
    )


def boxes() -> list[str]:
    """The mailboxes that mail can come to."""
    return sorted(in_force.mailboxes_known(ports()))


def _then(document: Document, priorities: Choices) -> Mapping[str, Choices]:
    return {
        "policy": _or_not((policy.name, policy.name) for policy in document.policies if policy.enabled),
        "priority": _or_not(priorities),
        "tier": _or_not((name, name) for name in document.tiers),
        "team": _or_not((team.name, team.name) for team in document.teams),
        "owner": _or_not((person.address, f"{person.name} ({person.address})") for person in document.people),
        "strategy": _or_not((key, str(words)) for key, words in STRATEGIES.items()),
        "status": _or_not(_said({status: STATUS_WORDS[status] for status in _LATER})),
        "not_a_ticket": [
            ("", _("Not decided here")),
            ("yes", _("It is not a ticket")),
            ("no", _("A ticket, whatever rules follow")),
        ],
    }


def _or_not(choices: Iterable[tuple[str, str]]) -> Choices:
    return [("", _("Not decided here")), *choices]


def _said(words: Mapping[str, str]) -> Choices:
    return [(key, say().text(text)) for key, text in words.items()]


def _fits(how: str, name: str) -> bool:
    return how.removeprefix("not ") in FIELDS[name]
