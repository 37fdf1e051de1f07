"""A document is read: from text or plain data to a checked `Document`, or to every mistake at once, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

from pydantic import ValidationError

from inboxsla.config import mistakes, sources
from inboxsla.config.checks import Complaint
from inboxsla.config.document import checks
from inboxsla.config.document.compiling import compile_policies, people_rows, teams_rows
from inboxsla.config.document.model import Document
from inboxsla.config.document.parts import Parts, parts
from inboxsla.config.document.remarks import remarks
from inboxsla.config.places import Path as Key
from inboxsla.config.sources import Source
from inboxsla.domain.people import Person
from inboxsla.domain.people_data import people_from_data
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.teams_data import teams_from_data
from inboxsla.errors import ConfigMistakes
from inboxsla.remembering import Lru

_READ = ("policies", "rules", "people", "teams")
# The bodies of policies that were found right.
_counted: Lru[str, bool] = Lru(1_024)
# Keys of the document that config.toml does not have.
_ITS_OWN = frozenset(Document.model_fields) - {"people", "mailboxes", "labels"}


@dataclass(frozen=True, slots=True)
class Written:
    """A document without mistakes. `body` is the plain data (JSON) it is kept as; `remarks` are what looks unintended.

    `policies` are those switched on, compiled.
    """

    body: Mapping[str, Any]
    document: Document
    policies: Mapping[str, Mapping[str, Any]]
    remarks: tuple[str, ...] = ()


def read(
    text: str,
    name: str,
    now: datetime,
    mailboxes: Collection[str] | None = None,
    webhooks: Collection[str] | None = None,
) -> Written:
    """The document a TOML text holds; `name` is what the text is called in complaints.

    `mailboxes` are the addresses known here, `webhooks` the names; None: any may be named. `now` (aware) is from when on its promises must be able
    to come due. Raises ConfigMistakes with every mistake: “policies.toml:12: policies[1].calendar: …”.
    """
    source = sources.from_text(text.replace("\r\n", "\n"), name)
    if source.mistakes:
        raise ConfigMistakes(source.mistakes)
    source.where.setdefault((), name)
    return _checked(source, now, mailboxes, webhooks)


def from_body(
    body: Mapping[str, Any],
    now: datetime,
    mailboxes: Collection[str] | None = None,
    webhooks: Collection[str] | None = None,
) -> Written:
    """The same from plain data, as a form gives it or the database keeps it; complaints then name keys, not lines."""
    return _checked(Source(dict(body)), now, mailboxes, webhooks)


def stored(body: Mapping[str, Any]) -> Document:
    """What plain data means that was checked when it was saved. Raises ValidationError if it can no longer be read."""
    return Document.model_validate(_read_already(body, parts(body, None)))


def is_document(tree: Mapping[str, Any]) -> bool:
    """Whether a TOML tree is a configuration document rather than the settings of config.toml."""
    return bool(_ITS_OWN & tree.keys())


def _checked(
    source: Source, now: datetime, mailboxes: Collection[str] | None, webhooks: Collection[str] | None
) -> Written:
    seen = parts(source.tree, mailboxes, webhooks)
    complaints = list(checks.complaints(seen, now))
    # What is wrong within a rule is said once, by whoever reads the rule.
    told = {key[:2] for key, _ in complaints if key[:1] == ("rules",)}
    found: list[Complaint] = []
    document, policies = None, dict[str, dict[str, Any]]()
    try:
        document = Document.model_validate(_read_already(source.tree, seen))
    except ValidationError as error:
        found += mistakes.reasons(error, source, Document, told)
    found += complaints
    if document is not None and not found:
        policies = compile_policies(document)
        found += _last_look(document, policies)
    if found or document is None:
        said = dict.fromkeys(mistakes.sentence(key, reason, source) for key, reason in found)
        raise ConfigMistakes(sorted(said, key=mistakes.line), found)
    remarked = tuple(mistakes.sentence(key, reason, source) for key, reason in remarks(document))
    return Written(_plain(source.tree), document, policies, remarked)


def _read_already(tree: Mapping[str, Any], seen: Parts) -> Mapping[str, Any]:
    """The tree with its rows as what they mean, where they are right in themselves: to read them once is enough."""
    read = {section: list(tree[section]) for section in _READ if isinstance(tree.get(section), list | tuple)}
    for section, rows in read.items():
        for part in getattr(seen, section):
            if part.value is not None:
                rows[int(part.key[1])] = part.value
    return {**tree, **read}


def _last_look(document: Document, bodies: Mapping[str, Mapping[str, Any]]) -> Iterator[Complaint]:
    """What whoever counts the time or hands out tickets would refuse; nothing, if the checks above miss nothing."""
    for nth, policy in enumerate(document.policies):
        if policy.enabled:
            yield from _refused(("policies", nth), partial(_can_count, repr(bodies[policy.name]), bodies[policy.name]))
    people: list[Person] = []
    yield from _refused(("people",), lambda: people.extend(people_from_data(people_rows(document))))
    if len(people) == len(document.people):
        teams = [{"name": name, **body} for name, body in teams_rows(document).items()]
        yield from _refused(("teams",), lambda: teams_from_data(teams, people))


def _can_count(text: str, body: Mapping[str, Any]) -> None:
    """Raises ConfigMistakes for a policy nobody can count by. `text` is all that `body` says: what was right once still is."""
    if not _counted.get(text):
        from_data(body)
        _counted.put(text, True)


def _refused(key: Key, read: Callable[[], object]) -> Iterator[Complaint]:
    try:
        read()
    except ConfigMistakes as wrong:
        yield from ((key, reason) for reason in wrong.mistakes)


def _plain(value: Any) -> Any:
    """Dates as the text they are written as, and what is left empty left out, so that the whole is the same in JSON and TOML."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(below) for key, below in value.items() if below is not None}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
