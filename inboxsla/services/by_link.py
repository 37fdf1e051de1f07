"""Acts by links in mails: looked at without changing anything, and done once when the button is pressed.

What is told here says nothing of what a customer wrote or is called: a link may be forwarded, scanned or left open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import STATUS_WORDS, time_left
from inboxsla.domain.timeline import Event
from inboxsla.errors import Missing, Refused
from inboxsla.notify.plain import display_name
from inboxsla.services import act_words, undoing
from inboxsla.services.acting import Acted, act
from inboxsla.services.action_links import Link, NotTheirs
from inboxsla.services.acts import ACTS, UNDOABLE, ActSpec, offered
from inboxsla.services.doing import since
from inboxsla.services.looking import Look, look
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer, viewer
from inboxsla.storage import people, policies, tickets

_MOST_NEWS = 3
_HELD = "held from a reminder"
_PAST_UNDOING = "This cannot be taken back any more: ten minutes are over, or something was done since."


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a link speaks for, in which IANA zone, and the ticket as it stands."""

    viewer: Viewer
    zone: str
    look: Look


@dataclass(frozen=True, slots=True)
class Shown:
    """`news` are sentences on what others did since the mail, `state` says how the ticket stands, `seen` is the newest event
    in both. `values` fill the form. `over` says why there is nothing to press, and is empty while there is.
    """

    spec: ActSpec
    news: tuple[str, ...]
    state: str
    seen: int
    values: Mapping[str, str]
    over: str = ""


def holder(ports: Ports, link: Link) -> Holder:
    """Raises NotTheirs, and Missing for a ticket that is gone."""
    with ports.db.read() as conn:
        ticket = tickets.find(conn, link.ticket_id)
        if ticket is None:
            raise Missing(f"There is no ticket {link.ticket_id}.")
        address = people.address_of(conn, link.person_id)
        found = viewer(conn, address) if address is not None else None
        if found is None or not found.may_see(ticket.mailbox_id):
            raise NotTheirs("Whoever this link was made for is no longer on the people list.")
        (seen,) = look(conn, [ticket], ports.now())
        house = policies.get(conn, ticket.policy_now_id or ticket.policy_id).policy.calendar.zone
    return Holder(found, found.zone or house, seen)


def shown(link: Link, who: Holder, say: Speech) -> Shown:
    """What the page behind a link says before anything is pressed."""
    spec, view = ACTS[link.act], who.look.view
    others = since(who.look.events, link.seen, who.viewer.by)
    news = tuple(act_words.happened(_told(event, who, say)) for event in others[-_MOST_NEWS:])
    if link.act == "absence":
        # Of people, not of the ticket that brought it up; and whenever it is used.
        return Shown(spec, (), "", view.seen, {})
    page = Shown(spec, news, _state(who, say), view.seen, _values(link, who))
    if used := _used(link, who.look):
        return replace(page, over=say.text("This was done at %(when)s.", when=say.moment(used.happened_at, view.now)))
    if link.act == "undo":
        return page if _undoes(link, who) else replace(page, over=say.text(_PAST_UNDOING))
    if spec not in offered(view, who.viewer, who.look.ticket.mailbox_id):
        return replace(page, over=say.text("This is no longer needed."))
    return page


def press(ports: Ports, link: Link, who: Holder, fields: Mapping[str, str], seen: int, say: Speech) -> Acted:
    """Do what the link offers, once. `seen` is the newest event that the page showed: whoever read the news may act in spite of it."""
    if link.act == "undo" and not _used(link, who.look) and not _undoes(link, who):
        return Acted("refused", say.text(_PAST_UNDOING))
    known = max(seen, link.seen)
    return act(ports, who.viewer, link.ticket_id, link.act, fields, seen=known, source=_source(link, fields), say=say)


def undo_link(link: Link, who: Holder) -> Link | None:
    """What takes back what was done by `link`, if that can be taken back; `who` as it stands now."""
    last = _last(who)
    if last is None or not _is_by(link, last):
        return None
    until = who.look.view.now + undoing.LONGEST_AGO
    return Link("undo", link.ticket_id, link.person_id, who.look.view.seen, last.source, until)


def _source(link: Link, fields: Mapping[str, str]) -> str:
    names = [field.name for field in ACTS[link.act].fields]
    if not names:
        return link.source
    # Another text in the same form is another act; the same one twice is a finger that slipped.
    told = "\0".join(f"{name}={fields.get(name, '')}" for name in names)
    return f"{link.source}:{blake2b(told.encode(errors='replace'), digest_size=6).hexdigest()}"


def _is_by(link: Link, event: Event) -> bool:
    return f":{link.source}" in event.source


def _used(link: Link, seen: Look) -> Event | None:
    """What was done by a link that can be used once."""
    if ACTS[link.act].fields:
        return None
    return next((event for event in seen.events if _is_by(link, event)), None)


def _undoes(link: Link, who: Holder) -> bool:
    """Whether taking back what one did last would take back what the link means."""
    last = _last(who)
    return last is not None and last.source == link.of


def _last(who: Holder) -> Event | None:
    try:
        return undoing.last_act(who.look.events, who.viewer.by, UNDOABLE, who.look.view.now)
    except Refused:
        return None


def _told(event: Event, who: Holder, say: Speech) -> act_words.Told:
    return act_words.Told(event, who.look.names, say, who.look.view.now, who.look.mailbox.is_live)


def _state(who: Holder, say: Speech) -> str:
    view = who.look.view
    owner = display_name(view.owner_name or view.owner or "")
    owned = say.text("%(owner)s owns it", owner=owner) if owner else say.text("nobody owns it yet")
    status, left = say.text(STATUS_WORDS[view.status]), time_left(view, say).head if view.worst else ""
    # "On hold until Thu 26 Nov" says the status itself.
    return " · ".join([owned, left] if left.startswith(status) else filter(None, [status, owned, left]))


def _values(link: Link, who: Holder) -> dict[str, str]:
    until = link.until if link.length is None else who.look.view.now + link.length
    if until is None or until <= who.look.view.now:
        return {}
    return {"until": _local(until, who.zone), "reason": _HELD}


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
