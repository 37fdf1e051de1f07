"""Who is told of a reminder step: its role becomes somebody on duty now, a time to wait for, or nobody (DESIGN §5.16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.assignment import leads_of
from inboxsla.domain.duty import first_on_duty, is_absent, on_duty, stand_in
from inboxsla.domain.people import Person, Team

STANDS_IN = "You get this because you stand in for %(names)s."
NOT_LISTED = "You get this because whom the reminder step names is not on the people list."
NOT_REACHED = "You get this in place of %(names)s, whose mails come back."
IN_PLACE = "You get this in place of %(names)s, off duty now."


@dataclass(frozen=True, slots=True)
class Case:
    """What decides who is told of a step on one ticket.

    `people` is the mailbox's list. `named` is the address a step with the role "person" names. `due_at` is when the promise
    runs out, None if none does; `always_on` says that its clock counts round the clock. `turn` is any number that
    differs from ticket to ticket, so that not one colleague alone gets what an absent one is owed. `unreachable` are
    addresses that mails come back from.
    """

    people: Sequence[Person]
    team: Team
    owner: str | None
    due_at: datetime | None
    always_on: bool = False
    named: str | None = None
    turn: int = 0
    unreachable: frozenset[str] = frozenset()

    def reaches(self, person: Person) -> bool:
        return person.address not in self.unreachable


@dataclass(frozen=True, slots=True)
class Now:
    """Tell these people now: one, all of a team, or all leads of a mailbox.

    Where they are not whom the step means, `why` is a sentence for them with %(names)s of those they get it for, `instead_of`.
    """

    people: tuple[Person, ...]
    why: str = ""
    instead_of: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Whom the step means is on duty again at `until` (aware UTC), before the promise runs out."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody can be told in time: an alarm. `until` is when the first of all who could be told is on duty, if ever."""

    reason: str
    until: datetime | None


def recipient(role: str, case: Case, at: datetime) -> Now | Wait | Nobody:
    """Who is told at `at`. `role` is owner, team, lead, on_duty_lead or person.

    First whoever the role means, or stands in for them while they are absent; if they are back on duty before the promise
    runs out, the step waits for that, unless its clock counts round the clock. Otherwise the next on duty along the chain:
    for an owner colleagues of the team, the team's lead, any lead, any admin; for all others any lead, any admin, anybody.
    Whoever mails do not reach is passed over, and never waited for.
    A ticket without an owner, or whose owner has left, is a matter for the leads.
    """
    meant, chain = _meant(role, case)
    stand_ins = _stand_ins(meant, case, at)
    unknown = role == "person" and not any(person.address == case.named for person in meant)
    for group, why in ((meant, NOT_LISTED if unknown else ""), (stand_ins, STANDS_IN)):
        there = [person for person in group if case.reaches(person) and on_duty(person, at)]
        if there:
            told = there[:1] if role == "on_duty_lead" else there
            return Now(tuple(told), why, tuple(meant) if why else ())
    until = first_on_duty(filter(case.reaches, [*meant, *stand_ins]), at)
    why = IN_PLACE if any(map(case.reaches, meant)) else NOT_REACHED
    if until is not None and not case.always_on and (case.due_at is None or until < case.due_at):
        return Wait(until)
    for group in chain:
        others = [one for one in group if one not in meant and case.reaches(one) and on_duty(one, at)]
        if others:
            return Now((others[case.turn % len(others)],), why, tuple(meant))
    reason = "nobody on the people list is on duty" if case.people else "nobody is on the people list"
    everybody = [*meant, *stand_ins, *(one for group in chain for one in group)]
    return Nobody(reason, first_on_duty(filter(case.reaches, everybody), at))


def _meant(role: str, case: Case) -> tuple[list[Person], list[list[Person]]]:
    """Whom the role means, and whom to ask after them."""
    listed = [person for person in case.people if person.active]
    by_address = {person.address: person for person in listed}
    members = [person for person in listed if case.team.has(person)]
    leads = [person for person in listed if person.role == "lead"]
    admins = [person for person in listed if person.role == "admin"]
    own_leads = leads_of(case.team, listed)
    one = by_address.get({"owner": case.owner, "person": case.named}.get(role) or "")
    if one is not None and role == "owner":
        return [one], [members, own_leads, leads, admins]
    if one is not None:
        return [one], [own_leads, leads, admins, listed]
    if role == "team" and members:
        return members, [own_leads, leads, admins, listed]
    # Where nobody leads, whoever there is takes the lead's place from the start.
    first = next((group for group in (own_leads, leads, admins, listed) if group), [])
    if role == "on_duty_lead":
        first = [*first, *(person for person in leads if person not in first)]
    return first, [leads, admins, listed]


def _stand_ins(meant: Iterable[Person], case: Case, at: datetime) -> list[Person]:
    """Who acts for those of them who are absent."""
    acting = (stand_in(person, case.people, at) for person in meant if is_absent(person, at))
    return list(dict.fromkeys(person for person in acting if person is not None))
