"""What can be wrong with people and teams: names that nobody has, substitutes who stand in for each other, work without takers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from pydantic import ValidationError

from inboxsla.config.checks import Complaint
from inboxsla.config.document import kinds
from inboxsla.config.document.model import Absence, Document, Team
from inboxsla.config.document.parts import Part, Parts, unknown
from inboxsla.config.places import Path as Key


class _Away(NamedTuple):
    key: Key
    begins: date
    until: date
    substitute: str


def complaints(seen: Parts) -> Iterator[Complaint]:
    known = set(seen.names("people"))
    for person in seen.people:
        yield from _calendar(person, seen)
        yield from _works_in(person, seen)
    yield from _substitutes(seen, known)
    for team in seen.teams:
        yield from _members(team, known)
        if team.value is not None:
            yield from _takers(team, team.value, seen)


def _works_in(person: Part[Any], seen: Parts) -> Iterator[Complaint]:
    for key, address in person.texts("mailboxes"):
        if address.lower() not in seen.all_mailboxes():
            yield key, unknown(address, seen.all_mailboxes(), "mailboxes")
    mailboxes = {address.lower() for _, address in person.texts("mailboxes")}
    roles = person.raw.get("roles")
    for address in roles if isinstance(roles, Mapping) else ():
        if str(address).lower() not in (mailboxes or seen.all_mailboxes()):
            reason = unknown(str(address), mailboxes or seen.all_mailboxes(), "mailboxes this person works in")
            yield (*person.key, "roles", str(address)), reason


def left_without_admin(old: Document, new: Document, mailboxes: Collection[str]) -> Iterator[Complaint]:
    """Complains if nobody is admin of every mailbox any more: then nobody could open the settings again."""
    before = {person.address: person.name for person in old.in_charge(mailboxes)}
    if not before or new.in_charge(mailboxes):
        return
    still = {person.address: nth for nth, person in enumerate(new.people)}
    last = next((address for address in before if address in still), next(iter(before)))
    key: Key = ("people", still[last], "role") if last in still else ("people",)
    yield (
        key,
        f"{before[last]} is the last admin of every mailbox: without one nobody could change settings any more. "
        "Make somebody else admin of all of them first.",
    )


def _calendar(person: Part[Any], seen: Parts) -> Iterator[Complaint]:
    name = person.text("calendar")
    if name and name != kinds.ALWAYS and name not in seen.calendars:
        yield (*person.key, "calendar"), unknown(name, list(seen.calendars), "calendars")


def _members(team: Part[Team], known: set[str]) -> Iterator[Complaint]:
    named = [((*team.key, name), team.text(name)) for name in ("lead", "person")]
    for key, address in (*named, *team.texts("members")):
        if address and address.lower() not in known:
            yield key, unknown(address, known, "people")
    counted = Counter(address.lower() for _, address in team.texts("members"))
    for address in (each for each, times in counted.items() if times > 1):
        yield (*team.key, "members"), f"“{address}” is there twice."


def _takers(part: Part[Team], team: Team, seen: Parts) -> Iterator[Complaint]:
    """A strategy needs what it works by."""
    if team.strategy == "fixed" and team.person is None:
        yield part.key, "one person gets everything here (strategy = “fixed”). Say who: person = “ana@example.org”."
    if team.strategy == "skill" and not team.skills:
        yield part.key, "tickets go by skill here (strategy = “skill”). Say which: skills = [“billing”]."
    for name, strategy in (("person", "fixed"), ("skills", "skill")):
        if getattr(team, name) and team.strategy != strategy:
            yield (*part.key, name), f"this counts only with strategy = “{strategy}”. Write that, or leave this out."
    if not team.members and team.strategy != "fixed":
        yield part.key, "nobody is in this team. Name its members."
    if team.strategy != "skill":
        return
    skilled = {
        skill.lower()
        for person in seen.people
        if person.text("address").lower() in team.members
        for _, skill in person.texts("skills")
    }
    for nth, skill in enumerate(team.skills):
        if skill.lower() not in skilled:
            yield (
                (*part.key, "skills", nth),
                f"nobody in this team has the skill “{skill}”. Write it under skills of a person.",
            )


def _substitutes(seen: Parts, known: set[str]) -> Iterator[Complaint]:
    away = {
        person.text("address").lower(): list(_absences(person.raw.get("absences"), person.key))
        for person in seen.people
    }
    for address, absences in away.items():
        for absence in absences:
            key = (*absence.key, "substitute")
            if absence.substitute not in known:
                yield key, unknown(absence.substitute, known, "people")
            elif absence.substitute == address:
                yield key, "nobody can stand in for themselves. Name somebody else, or leave this out."
            elif chain := _circle(address, absence, away):
                yield key, f"{' → '.join(chain)}: they stand in for each other while all of them are away."


def _circle(address: str, absence: _Away, away: dict[str, list[_Away]]) -> list[str]:
    """The people from `address` back to themselves, all away on one same day; nothing if the chain ends."""
    trails = [([address, absence.substitute], absence.begins, absence.until)]
    while trails:
        trail, begins, until = trails.pop()
        if trail[-1] == address:
            return trail
        for further in away.get(trail[-1], ()):
            first, last = max(begins, further.begins), min(until, further.until)
            if first < last and (further.substitute == address or further.substitute not in trail):
                trails.append(([*trail, further.substitute], first, last))
    return []


def _absences(written: object, key: Key) -> Iterator[_Away]:
    """Those that are right in themselves and name a substitute."""
    for nth, row in enumerate(written if isinstance(written, list | tuple) else ()):
        try:
            absence = Absence.model_validate(row)
        except ValidationError:
            continue
        if absence.substitute:
            yield _Away((*key, "absences", nth), absence.begins, absence.until, absence.substitute)
