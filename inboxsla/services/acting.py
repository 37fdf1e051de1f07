"""One act of somebody who was identified, as a form gives it: checked, done once, and told in words.

What a person can do wrong is an outcome with a sentence, never an exception. No act calls Gmail.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from inboxsla.domain.people import Absence
from inboxsla.domain.policy import Policy
from inboxsla.domain.speech import English, Speech
from inboxsla.domain.timeline import Status
from inboxsla.errors import Missing, NoWorkingTime, Refused, TicketMoved
from inboxsla.services import act_words, away, undoing
from inboxsla.services.acts import ACTS, UNDOABLE, ActSpec
from inboxsla.services.asked import DO, Asked
from inboxsla.services.doing import Done, Faster, Unclear, act_of
from inboxsla.services.looking import Look
from inboxsla.services.ports import Ports
from inboxsla.services.ruling import BY_ACT
from inboxsla.services.runs import follow
from inboxsla.services.viewers import Viewer
from inboxsla.services.written import Form
from inboxsla.storage import events, mailboxes, people, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

_LARGEST_ID = 2**31 - 1
_LONGEST_SOURCE = 60
_NOTHING_SAID = "Nothing was changed. Look at what is marked."


@dataclass(frozen=True, slots=True)
class Acted:
    """`notice` is a sentence or two for the person. `complaints` are by field. "again": it was asked for before, and done then."""

    outcome: Literal["done", "again", "faster", "refused"]
    notice: str
    complaints: Mapping[str, str] = field(default_factory=dict)
    offers_undo: bool = False


def act(
    ports: Ports,
    viewer: Viewer,
    ticket_id: int,
    name: str,
    fields: Mapping[str, str],
    *,
    seen: int | None,
    source: str | None,
    say: Speech | None = None,
) -> Acted:
    """Do one of ACTS. `say` speaks the reader's language and zone; without it English in the viewer's own zone.

    Raises Refused for an act that does not exist, and Missing for a ticket that is gone or not this viewer's to see.
    """
    spec = ACTS.get(name)
    if spec is None:
        raise Refused(f"“{name[:40]}” is nothing that can be done here.")
    if name == "absence":
        return _absence(ports, viewer, fields, say)
    ticket, mailbox, policy, names = _load(ports, viewer, ticket_id)
    zone = viewer.zone or policy.calendar.zone
    say = say or English(zone)
    form = Form(fields, zone, ports.now())
    asked = Asked(ports, viewer, ticket, form, policy, seen if spec.heeds else None, _source(name, source))
    try:
        _may(spec, viewer, mailbox)
        done = DO[name](asked)
    except Faster as faster:
        told = act_words.Told(faster.event, names, say, ports.now(), mailbox.is_live)
        return Acted("faster", act_words.faster(told))
    except Unclear as unclear:
        return Acted("refused", say.text(_NOTHING_SAID), {unclear.field: say.text(str(unclear))})
    except Missing:
        raise
    except (Refused, NoWorkingTime) as refused:
        return Acted("refused", say.text(str(refused)))
    except TicketMoved:
        return Acted("refused", say.text("Others are changing this ticket right now. Try again in a moment."))
    if not done.again:
        _ring(ports, mailbox.id, done)
    told = act_words.Told(done.event, names, say, ports.now(), mailbox.is_live)
    still = _is_last(ports, viewer, done) if done.again else True
    return Acted("again" if done.again else "done", _said(spec, told, done), {}, spec.undo and still)


def may_undo(look: Look, viewer: Viewer) -> str | None:
    """The act that the viewer could take back now ("take"), None if there is none."""
    if not viewer.may_see(look.mailbox.id) or look.mailbox.as_of is not None:
        return None
    try:
        return act_of(undoing.last_act(look.events, viewer.by, UNDOABLE, look.view.now))
    except Refused:
        return None


def _is_last(ports: Ports, viewer: Viewer, done: Done) -> bool:
    """Whether what was done when it was asked for first can still be taken back."""
    with ports.db.read() as conn:
        known = events.timeline(conn, done.ticket_id)
    try:
        return undoing.last_act(known, viewer.by, UNDOABLE, ports.now()).source == done.event.source
    except Refused:
        return False


def _load(ports: Ports, viewer: Viewer, ticket_id: int) -> tuple[TicketRow, MailboxRow, Policy, dict[str, str]]:
    with ports.db.read() as conn:
        ticket = tickets.find(conn, ticket_id) if 0 < ticket_id <= _LARGEST_ID else None
        if ticket is None or not viewer.may_see(ticket.mailbox_id):
            raise Missing(f"There is no ticket {ticket_id}.")
        mailbox = mailboxes.get(conn, ticket.mailbox_id)
        policy = policies.get(conn, ticket.policy_now_id or ticket.policy_id).policy
        return ticket, mailbox, policy, people.names(conn, mailbox.id)


def _source(name: str, source: str | None) -> str:
    """Within what a column holds, whatever a face names it."""
    named = source or secrets.token_hex(8)
    if len(named) > _LONGEST_SOURCE or not (named.isascii() and named.isprintable()):
        named = blake2b(named.encode(errors="replace"), digest_size=20).hexdigest()
    return f"{BY_ACT}{name}:{named}"


def _may(spec: ActSpec, viewer: Viewer, mailbox: MailboxRow) -> None:
    if spec.leads and not viewer.leads(mailbox.id):
        raise Refused("Only leads and admins of this mailbox can do that. Ask one of them.")


def _said(spec: ActSpec, told: act_words.Told, done: Done) -> str:
    words = act_words.done(spec.name, told)
    facts = done.decision.facts
    if spec.name == "hold" and not done.again:
        if facts.status is not Status.ON_HOLD:
            return told.say.text(
                "It is not on hold: the policy lets a ticket be on hold only so long in all, and that time is used."
            )
        if facts.hold_until is not None and facts.hold_until.isoformat() != told.event.data["until"]:
            return told.say.text(
                "On hold until %(when)s: the policy allows no longer.", when=told.when(facts.hold_until)
            )
    return words


def _ring(ports: Ports, mailbox_id: int, done: Done) -> None:
    if done.decision.wants_owner or done.decision.facts.status.is_over:
        follow(ports, "assign", [mailbox_id])
    follow(ports, "deliver", [mailbox_id])


def _absence(ports: Ports, viewer: Viewer, fields: Mapping[str, str], say: Speech | None) -> Acted:
    zone = viewer.zone or "UTC"
    say = say or English(zone)
    form = Form(fields, zone, ports.now())
    try:
        said = away.say(ports, viewer, _absence_in(form), form.today())
    except Unclear as unclear:
        return Acted("refused", say.text(_NOTHING_SAID), {unclear.field: say.text(str(unclear))})
    except Refused as refused:
        return Acted("refused", say.text(str(refused)))
    if not said.again:
        follow(ports, "assign", list(viewer.roles))
        follow(ports, "deliver", list(viewer.roles))
    with ports.db.read() as conn:
        names = {address: name for box in viewer.roles for address, name in people.names(conn, box).items()}
    return Acted("again" if said.again else "done", act_words.away(said.absence, names, say))


def _absence_in(form: Form) -> Absence | None:
    start, until = form.day("start"), form.day("until")
    if start is None and until is None:
        return None
    if start is None:
        raise Unclear("start", "Say which is the first day away.")
    if until is None:
        raise Unclear("until", "Say on which day you are back.")
    return Absence(start, until, form.text("substitute").lower() or None)
