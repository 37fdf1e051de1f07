"""What a form asks for, handed to the verb that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Metric, Status
from inboxsla.errors import Refused
from inboxsla.services import desk, noting, promising, undoing
from inboxsla.services.acts import UNDOABLE
from inboxsla.services.doing import Done, Unclear
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.services.written import Form
from inboxsla.storage.tickets import TicketRow


@dataclass(frozen=True, slots=True)
class Asked:
    """One act with all it needs; `source` is the name under which it is done once."""

    ports: Ports
    viewer: Viewer
    ticket: TicketRow
    form: Form
    policy: Policy
    seen: int | None
    source: str

    @property
    def by(self) -> str | None:
        return self.viewer.by


def _take(asked: Asked) -> Done:
    if asked.by is None:
        raise Refused(
            "This is the mailbox’s own account. Sign in as yourself to take a ticket, or assign it to somebody."
        )
    return desk.take(asked.ports, asked.ticket.id, asked.by, source=asked.source, seen=asked.seen)


def _hand_over(asked: Asked) -> Done:
    to = asked.form.text("to").lower()
    if not to:
        raise Unclear("to", "Choose who takes it.")
    return desk.hand_over(asked.ports, asked.ticket.id, to, asked.by, source=asked.source, seen=asked.seen)


def _set(status: Status, asked: Asked) -> Done:
    return desk.set_status(asked.ports, asked.ticket.id, status, asked.by, source=asked.source, seen=asked.seen)


def _hold(asked: Asked) -> Done:
    return desk.hold(
        asked.ports,
        asked.ticket.id,
        asked.by,
        reason=asked.form.text("reason"),
        until=asked.form.hold_end("until", asked.policy.calendar),
        keeps_on_reply=asked.form.is_on("keeps_on_reply"),
        source=asked.source,
        seen=asked.seen,
    )


def _priority(asked: Asked) -> Done:
    priority = asked.form.text("priority").lower()
    return desk.set_priority(asked.ports, asked.ticket.id, priority, asked.by, source=asked.source, seen=asked.seen)


def _tags(asked: Asked) -> Done:
    return desk.retag(asked.ports, asked.ticket.id, asked.by, asked.form.words("tags"), source=asked.source)


def _escalate(asked: Asked) -> Done:
    return desk.escalate(asked.ports, asked.ticket.id, asked.by, words=asked.form.text("words"), source=asked.source)


def _extend(asked: Asked) -> Done:
    named = asked.form.text("metric").lower()
    if named and named not in list(Metric):
        raise Unclear("metric", f"“{named[:40]}” is no timer. Choose one of {', '.join(Metric)}.")
    return promising.extend(
        asked.ports,
        asked.ticket.id,
        asked.by,
        metric=Metric(named) if named else None,
        length=asked.form.text("length"),
        reason=asked.form.text("reason"),
        source=asked.source,
        seen=asked.seen,
    )


def _note(asked: Asked) -> Done:
    return noting.note(asked.ports, asked.ticket.id, asked.by, asked.form.lines("text"), source=asked.source)


def _answered_elsewhere(asked: Asked) -> Done:
    return promising.answered_elsewhere(
        asked.ports,
        asked.ticket.id,
        asked.by,
        at=asked.form.past("at"),
        how=asked.form.text("how").lower(),
        holding=asked.form.is_on("holding"),
        source=asked.source,
        seen=asked.seen,
    )


def _mute(asked: Asked) -> Done:
    if asked.by is None:
        raise Refused("This is the mailbox’s own account, which gets no reminders. Sign in as yourself.")
    return desk.mute(asked.ports, asked.ticket.id, asked.by, source=asked.source)


def _undo(asked: Asked) -> Done:
    return undoing.undo(asked.ports, asked.ticket.id, asked.by, UNDOABLE, source=asked.source)


def _make_ticket(asked: Asked) -> Done:
    if asked.ticket.status != Status.NOT_A_TICKET:
        raise Refused("This thread is a ticket already.")
    return _set(Status.OPEN, asked)


DO: Mapping[str, Callable[[Asked], Done]] = {
    "take": _take,
    "hand_over": _hand_over,
    "waiting": partial(_set, Status.WAITING),
    "reopen": partial(_set, Status.OPEN),
    "solve": partial(_set, Status.SOLVED),
    "not_a_ticket": partial(_set, Status.NOT_A_TICKET),
    "make_ticket": _make_ticket,
    "hold": _hold,
    "priority": _priority,
    "tags": _tags,
    "escalate": _escalate,
    "extend": _extend,
    "note": _note,
    "answered_elsewhere": _answered_elsewhere,
    "mute": _mute,
    "undo": _undo,
}
