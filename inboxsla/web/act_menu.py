"""Which acts the page of a ticket offers, in which order: one that comes next, two beside it, the rest in a menu."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline import Status
from inboxsla.services.acts import ACTS, ActSpec, offered
from inboxsla.services.viewers import Viewer

_OVER = frozenset({Status.SOLVED.value, Status.CLOSED.value})


@dataclass(frozen=True, slots=True)
class Offer:
    """One act: what its button says, and whether it asks for more on a page of its own."""

    name: str
    words: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """`primary` is None where nothing comes next."""

    primary: Offer | None
    beside: tuple[Offer, ...]
    menu: tuple[Offer, ...]


def bar(view: TicketView, viewer: Viewer, mailbox_id: int, say: Speech, *, undoes: bool) -> Bar | None:
    """None where there is nothing that this viewer may do. `undoes`: there is an act they could take back now."""
    possible = {spec.name: spec for spec in offered(view, viewer, mailbox_id)}
    if not possible:
        return None
    rest = [*possible, *(("undo",) if undoes else ()), *(("absence",) if viewer.by is not None else ())]
    primary, *beside = [name for name in _first(view, viewer) if name in possible] or [""]
    menu = [name for name in rest if name != primary and name not in beside]
    return Bar(_offer(primary, view, say) if primary else None, _offers(beside, view, say), _offers(menu, view, say))


def _first(view: TicketView, viewer: Viewer) -> tuple[str, ...]:
    """The same as the card of the side panel offers first, the one that comes next before the others."""
    if view.status == Status.NOT_A_TICKET.value:
        return ("make_ticket", "note")
    if view.status in _OVER:
        return ("reopen", "note")
    if view.status == Status.ON_HOLD.value:
        return ("reopen", "hold", "note")
    if view.owner is None:
        return ("take" if viewer.by is not None else "hand_over", "hold", "note")
    if view.owner == viewer.by and view.status == Status.OPEN.value:
        return ("solve", "waiting", "hold")
    return ("solve", "hold", "note")


def _offers(names: Iterable[str], view: TicketView, say: Speech) -> tuple[Offer, ...]:
    return tuple(_offer(name, view, say) for name in names)


def _offer(name: str, view: TicketView, say: Speech) -> Offer:
    return Offer(name, say.text(_other_words(view).get(name, ACTS[name].button)), asks(ACTS[name]))


def asks(spec: ActSpec) -> bool:
    return bool(spec.fields)


def _other_words(view: TicketView) -> Mapping[str, str]:
    """Buttons that say it better for this ticket than the table does for any."""
    if view.status == Status.ON_HOLD.value:
        return {"reopen": "Resume now", "hold": "Change the hold…"}
    return {"take": "Take over"} if view.owner is not None else {}
