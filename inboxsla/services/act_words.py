"""What is said after an act, in the words of whoever reads it: what was done, or who was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.people import Absence
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import METRIC_WORDS, PRIORITY_WORDS, STATUS_WORDS, name_of
from inboxsla.domain.timeline import Event, Kind, Metric, Status


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence about an event needs: names by address, the reader's language, and now (aware UTC).

    `mails`: whether the mailbox mails anybody, which one that is only observed does not.
    """

    event: Event
    names: Mapping[str, str]
    say: Speech
    now: datetime
    mails: bool

    def who(self, address: str | None) -> str:
        return name_of(address, self.names) or self.say.text("Somebody in the mailbox")

    def when(self, at: datetime) -> str:
        return self.say.moment(at, self.now)


def done(name: str, told: Told) -> str:
    """What was done, in a sentence or two."""
    return _DONE[name](told)


def happened(told: Told) -> str:
    """Who did what, and when: "Jonas Weber took it at 10:48 CET"."""
    event = told.event
    return told.say.text(_what(told), who=told.who(event.actor), when=told.when(event.happened_at), **_more(told))


def faster(told: Told) -> str:
    """Who did what meanwhile, and that nothing was changed."""
    say, event, what = told.say, told.event, happened(told)
    if event.kind is Kind.CUSTOMER_WROTE:
        return say.text("%(what)s Read that first: your click changed nothing.", what=what)
    return say.text("%(who)s was faster. %(what)s Your click changed nothing.", who=told.who(event.actor), what=what)


def away(absence: Absence | None, names: Mapping[str, str], say: Speech) -> str:
    if absence is None:
        return say.text("You are not away.")
    days = {"start": absence.start.isoformat(), "until": absence.until.isoformat()}
    if absence.substitute is None:
        return say.text("You are away from %(start)s and back on %(until)s.", **days)
    who = name_of(absence.substitute, names) or absence.substitute
    return say.text("You are away from %(start)s and back on %(until)s; %(who)s stands in.", who=who, **days)


def _what(told: Told) -> str:
    event = told.event
    if event.kind is Kind.ASSIGNED:
        if event.actor is not None and event.data.get("owner") == event.actor:
            return "%(who)s took it at %(when)s."
        return "%(who)s gave it to %(owner)s at %(when)s."
    if event.kind is Kind.STATUS_SET:
        return "%(who)s set it to “%(status)s” at %(when)s."
    return {
        Kind.CUSTOMER_WROTE: "The customer wrote at %(when)s.",
        Kind.STAFF_WROTE: "%(who)s answered at %(when)s.",
        Kind.ARCHIVED: "%(who)s archived the thread at %(when)s.",
        Kind.UNARCHIVED: "%(who)s moved the thread to the inbox at %(when)s.",
        Kind.REMOVED: "%(who)s moved the thread to Spam or Trash at %(when)s.",
        Kind.PRIORITY_SET: "%(who)s changed the priority at %(when)s.",
        Kind.NOTED: "%(who)s added a note at %(when)s.",
        Kind.ANSWERED_ELSEWHERE: "%(who)s answered elsewhere at %(when)s.",
        Kind.UNDONE: "%(who)s took something back at %(when)s.",
    }.get(event.kind, "%(who)s changed it at %(when)s.")


def _more(told: Told) -> dict[str, str]:
    data, say = told.event.data, told.say
    if told.event.kind is Kind.ASSIGNED:
        return {"owner": name_of(data.get("owner"), told.names) or say.text("nobody")}
    if told.event.kind is Kind.STATUS_SET:
        return {"status": say.text(STATUS_WORDS[data["status"]])}
    return {}


def _assigned(told: Told) -> str:
    owner = told.event.data["owner"]
    if owner == told.event.actor:
        return told.say.text("The ticket is yours.")
    return told.say.text("The ticket is with %(who)s now.", who=told.who(owner))


def _status(told: Told) -> str:
    words = {
        Status.OPEN: "The ticket is open.",
        Status.WAITING: "The ticket waits for the customer.",
        Status.SOLVED: "The ticket is solved.",
        Status.NOT_A_TICKET: "This is marked as not a ticket. No timer runs.",
    }
    return told.say.text(words[Status(told.event.data["status"])])


def _hold(told: Told) -> str:
    until = datetime.fromisoformat(told.event.data["until"])
    return told.say.text(
        "The ticket is on hold until %(when)s: %(reason)s.", when=told.when(until), reason=told.event.data["reason"]
    )


def _priority(told: Told) -> str:
    word = told.say.text(PRIORITY_WORDS[told.event.data["priority"]]).lower()
    return told.say.text("The priority is %(priority)s now.", priority=word)


def _tags(told: Told) -> str:
    add, remove = (", ".join(told.event.data.get(key, ())) for key in ("add", "remove"))
    if add and remove:
        return told.say.text("Tagged %(add)s; no longer tagged %(remove)s.", add=add, remove=remove)
    if add:
        return told.say.text("Tagged %(add)s.", add=add)
    return told.say.text("No longer tagged %(remove)s.", remove=remove)


def _escalated(told: Told) -> str:
    if not told.mails:
        return told.say.text("Noted as escalated. Nobody is mailed while the mailbox is only observed.")
    return told.say.text("The owner and the lead are told now.")


def _extended(told: Told) -> str:
    data = told.event.data
    timer, length = told.say.text(METRIC_WORDS[Metric(data["metric"])]), timedelta(seconds=data["seconds"])
    return told.say.text("%(timer)s has %(length)s more.", timer=timer, length=told.say.length(length))


def _noted(told: Told) -> str:
    who = [told.who(address) for address in told.event.data.get("mentions", ())]
    if not who:
        return told.say.text("The note is added.")
    names = ", ".join(who)
    if not told.mails:
        return told.say.text("The note is added. Nobody is mailed while the mailbox is only observed.")
    if len(who) == 1:
        return told.say.text("The note is added. %(names)s gets a mail.", names=names)
    return told.say.text("The note is added. %(names)s get a mail.", names=names)


def _answered(told: Told) -> str:
    when = told.when(told.event.happened_at)
    if told.event.data.get("holding"):
        return told.say.text("Noted as answered at %(when)s. It stays open; the next update is promised.", when=when)
    return told.say.text("Noted as answered at %(when)s.", when=when)


def _muted(told: Told) -> str:
    return told.say.text(
        "You get no reminder of it any more, until the customer or somebody else does something. Leads still get theirs."
    )


def _undone(told: Told) -> str:
    if told.event.data.get("mailed"):
        return told.say.text("Taken back. What was mailed meanwhile stays mailed.")
    return told.say.text("Taken back.")


_DONE: Mapping[str, Callable[[Told], str]] = {
    "take": _assigned,
    "hand_over": _assigned,
    "waiting": _status,
    "reopen": _status,
    "solve": _status,
    "not_a_ticket": _status,
    "make_ticket": _status,
    "hold": _hold,
    "priority": _priority,
    "tags": _tags,
    "escalate": _escalated,
    "extend": _extended,
    "note": _noted,
    "answered_elsewhere": _answered,
    "mute": _muted,
    "undo": _undone,
}
