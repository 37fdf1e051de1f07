"""Who is told of each act owed: roles become people on duty, or the act waits for them; nobody at all is an alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.domain.duty import next_on_duty
from inboxsla.domain.people import Person, Team
from inboxsla.domain.recipients import NOT_REACHED, Case, Nobody, Now, Wait, recipient
from inboxsla.domain.speech import Speech
from inboxsla.notify.notice import Told
from inboxsla.notify.plain import display_name
from inboxsla.services import mail_rules, reaching
from inboxsla.services.doing import is_muted
from inboxsla.services.looking import Look
from inboxsla.services.owing import local_key
from inboxsla.services.ports import Ports
from inboxsla.services.roster import own_team
from inboxsla.storage import mail_choices, outbox, people, records, teams, unreachable
from inboxsla.storage.mail_choices import USUAL, Choice
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

# What the owner can do without. A lead's mail about the same step goes on.
MUTES = frozenset({Told.REMIND_OWNER, Told.NOTIFY_OWNER, Told.WARN_CLOSING})
# Kept gently: a reminder soon after another about the same ticket says nothing new. A miss and a hand-over always do.
_MERGES = frozenset({Told.REMIND_OWNER})
# A mail that was composed has gone out by then, or there is something in its way.
_KNOWN_BY = timedelta(minutes=1)
_AT_ONCE = frozenset({Told.REASSIGNED_TO_YOU, Told.PROPOSE_ABSENCE})
_THEIRS_ALONE = _AT_ONCE | {Told.REASSIGNED_FROM_YOU, Told.TELL_HANDED_OVER}
# From which percentage on reminders come, by what people chose.
FROM = {"all": 0, "late": 90, "overdue": 100}


@dataclass(frozen=True, slots=True)
class ToTell:
    """An act and who is told of it now. `instead` says so where it is somebody else than the step means."""

    act: Owed
    told: Told
    person: Person
    instead: Now | None = None

    def why(self, say: Speech) -> str:
        """A sentence for the person where they are not whom the step means; otherwise empty."""
        if self.instead is None or not self.instead.why:
            return ""
        names = (display_name(person.name) for person in self.instead.instead_of)
        return say.text(self.instead.why, names=say.text(" and ").join(names))


@dataclass(frozen=True, slots=True)
class Basis:
    """What decides who is told besides the tickets, the same for all acts of one mailbox and moment. `lost` are addresses that
    mails come back from, `mailed` the tickets that somebody was mailed about so lately that a reminder says nothing new, if that
    mail is known to have gone out.
    """

    staff: Sequence[Person]
    teams: Mapping[str, Team]
    own_team: Team
    choices: Mapping[str, Choice]
    lost: frozenset[str]
    mailed: Mapping[tuple[int, str], bool]


def basis(conn: Connection, ports: Ports, mailbox: MailboxRow, now: datetime) -> Basis:
    staff = people.of_mailbox(conn, mailbox.id)
    addresses = [person.address for person in staff]
    since = now - mail_rules.of(conn, ports.settings).merge_within
    return Basis(
        staff,
        {name: row.team for name, row in teams.every(conn).items()},
        own_team(ports.settings),
        mail_choices.every(conn, addresses),
        unreachable.addresses(conn),
        outbox.lately_mailed(conn, addresses, since),
    )


def resolve(
    conn: Connection, by: Basis, mailbox: MailboxRow, acts: Sequence[Owed], looks: Mapping[int, Look], now: datetime
) -> list[ToTell]:
    """Who gets each act now. An act for several people becomes one act each; one that waits for duty stays owed."""
    telling = _Telling(conn, mailbox, by, now)
    return [one for act in acts for one in telling.of(act, looks[act.ticket_id])]


def told_now(
    conn: Connection, by: Basis, mailbox: MailboxRow, acts: Sequence[Owed], looks: Mapping[int, Look], now: datetime
) -> list[ToTell] | None:
    """The same where nothing may be written; None unless each act is for one person, who is told of it now."""
    telling = _Telling(conn, mailbox, by, now)
    told = [telling.simply(act, looks[act.ticket_id]) for act in acts]
    certain = [one for one in told if one is not None]
    return certain if len(certain) == len(told) else None


def whom(
    conn: Connection, ports: Ports, mailbox: MailboxRow, act: Owed, seen: Look, at: datetime
) -> tuple[Person, ...]:
    """Who would be told at `at`, as things stand now; nobody if it would go on waiting. Nothing is written."""
    answer = _Telling(conn, mailbox, basis(conn, ports, mailbox, at), at).answer(act, seen)
    return answer.people if isinstance(answer, Now) else ()


@dataclass(frozen=True, slots=True)
class _Telling:
    conn: Connection
    mailbox: MailboxRow
    by: Basis
    now: datetime

    def of(self, act: Owed, seen: Look) -> list[ToTell]:
        answer = self.answer(act, seen)
        if isinstance(answer, Wait):
            outbox.hold(self.conn, act.id, answer.until, "waits until whom it is for is on duty")
        elif isinstance(answer, str):
            outbox.finish(self.conn, [act.id], "dropped", self.now, answer)
        elif isinstance(answer, Nobody):
            _nobody(self.conn, self.mailbox, act, answer, self.now)
        else:
            if answer.why == NOT_REACHED:
                reaching.go_on(self.conn, [person.address for person in answer.instead_of], self.now)
            return self._to_each(act, seen, answer)
        return []

    def simply(self, act: Owed, seen: Look) -> ToTell | None:
        answer = self.answer(act, seen)
        if not isinstance(answer, Now) or len(answer.people) != 1 or answer.why == NOT_REACHED:
            return None
        told = Told(act.data.get("told", act.act))
        person = answer.people[0]
        if self._spared(act, told, seen, person) or self._is_on_its_way(act, told, person):
            return None
        return ToTell(act, told, person, answer)

    def answer(self, act: Owed, seen: Look) -> Now | Wait | Nobody | str:
        """Who is told; or why it is of no use to tell anybody."""
        if act.data.get("told", act.act) in _THEIRS_ALONE:
            return self._of_one(act)
        return recipient(act.role, self._case(act, seen), self.now)

    def _case(self, act: Owed, seen: Look) -> Case:
        return Case(
            people=self.by.staff,
            team=self.by.teams.get(seen.ticket.team) or self.by.own_team,
            owner=seen.view.owner,
            due_at=_due(act, seen),
            always_on=bool(act.data.get("always_on")),
            named=str(act.data.get("recipient", "")),
            turn=act.ticket_id,
            unreachable=self.by.lost,
        )

    def _of_one(self, act: Owed) -> Now | Wait | str:
        """What concerns one person alone. A new owner was on duty a moment ago; for the old one it can wait."""
        address = str(act.data["recipient"])
        person = next((person for person in self.by.staff if person.address == address), None)
        if person is None:
            return f"{address} is no longer there to be told"
        if address in self.by.lost:
            return f"mails to {address} come back"
        if act.data.get("told", act.act) in _AT_ONCE:
            return Now((person,))
        back = next_on_duty(person, self.now)
        if back is None:
            return f"{address} is never on duty any more"
        return Now((person,)) if back <= self.now else Wait(back)

    def _to_each(self, act: Owed, seen: Look, answer: Now) -> list[ToTell]:
        first, *others = answer.people
        found: list[ToTell] = []
        for person in others:
            copy = {**act.data, "recipient": person.address}
            key = f"{local_key(act)}@{person.address}"
            outbox.put(self.conn, self.mailbox.id, act.ticket_id, [(key, act.act, "person", copy)], self.now)
            copied = outbox.by_key(self.conn, f"{act.ticket_id}/{key}")
            if copied is not None:
                found.extend(self._unless_spared(copied, seen, person, answer))
        found.extend(self._unless_spared(act, seen, first, answer))
        return found

    def _unless_spared(self, act: Owed, seen: Look, person: Person, answer: Now) -> list[ToTell]:
        told = Told(act.data.get("told", act.act))
        if spared := self._spared(act, told, seen, person):
            outbox.finish(self.conn, [act.id], "done", self.now, spared)
            return []
        if self._is_on_its_way(act, told, person):
            outbox.hold(self.conn, act.id, self.now + _KNOWN_BY, outbox.AFTER_ANOTHER)
            return []
        return [ToTell(act, told, person, answer)]

    def _spared(self, act: Owed, told: Told, seen: Look, person: Person) -> str:
        """Why the person need not be told; empty where they must be."""
        if told in MUTES and is_muted(seen.events, person.address):
            return f"{person.name} muted the ticket"
        if told is Told.TELL_HANDED_OVER and seen.view.owner != person.address:
            return f"it is not {person.name}'s any more"
        if told is Told.TELL_ESCALATED and _asked_by(act, seen) == person.address:
            return f"{person.name} escalated it"
        if told in _MERGES and self._chose_not(person, seen, int(act.data.get("percent", 0))):
            return f"{person.name} chose to get fewer reminders of their own tickets"
        if told in _MERGES and self.by.mailed.get((act.ticket_id, person.address)):
            return f"covered by the mail {person.name} got shortly before"
        return ""

    def _is_on_its_way(self, act: Owed, told: Told, person: Person) -> bool:
        """Whether a mail that would make the reminder needless may yet be taken back, and the reminder lost with it."""
        return told in _MERGES and self.by.mailed.get((act.ticket_id, person.address)) is False

    def _chose_not(self, person: Person, seen: Look, percent: int) -> bool:
        """Whoever stands in for somebody gets what is owed to the ticket."""
        return (
            seen.view.owner == person.address and percent < FROM[self.by.choices.get(person.address, USUAL).reminders]
        )


def _asked_by(act: Owed, seen: Look) -> str | None:
    """Who asked for it by hand, where that is known: they need not be told what they did."""
    return next((event.actor for event in seen.events if event.source == act.data["cycle"]), None)


def _due(act: Owed, seen: Look) -> datetime | None:
    """When the promise the act is about runs out; for a customer who came back, the next of all."""
    if "reopened" in act.data:
        return seen.view.next_due
    clocks = (clock.reading for clock in seen.view.clocks)
    mine = (each for each in clocks if each.metric == act.data.get("metric") and each.key == act.data.get("cycle"))
    return next((each.due_at for each in mine), None)


def _nobody(conn: Connection, mailbox: MailboxRow, act: Owed, answer: Nobody, now: datetime) -> None:
    """An alarm; and whoever is back first is told late rather than never."""
    words = f"Nobody could be told in time about ticket {act.ticket_id} in {mailbox.address}: {answer.reason}."
    records.alarm(conn, f"nobody/{mailbox.id}", words, now, mailbox.id)
    if answer.until is None:
        outbox.finish(conn, [act.id], "dropped", now, "nobody could be told")
    else:
        outbox.hold(conn, act.id, answer.until, f"waits: {answer.reason}")
