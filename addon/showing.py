"""Another card is asked for: a form, everything one may do, the whole timeline, a ticket from a list, what was searched for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from addon.asking import Answer, Asked, push, update
from addon.cards.forms import FORMS, Asking, form_card
from addon.cards.home import SEARCH_FIELD, found_card
from addon.cards.message import message_card
from addon.cards.more import more_card, timeline_card, why_card
from addon.cards.nothing import gone
from addon.cards.parts import Json
from addon.events import gmail_id
from addon.opening import METADATA_SCOPE, home_of, thread_card
from inboxsla.errors import Refused
from inboxsla.services import links, panel, panel_forms, panel_home, queries
from inboxsla.services.panel_forms import Choices
from inboxsla.services.panel_views import Opened


def show(asked: Asked) -> Answer:
    """Raises Missing for a ticket that is gone or not theirs."""
    what = asked.click.text("show")
    if what in FORMS:
        return push(form_of(asked, what))
    known = _SHOWN.get(what)
    return known(asked) if known is not None else update(gone(asked.face))


def opened(asked: Asked, ticket_id: int) -> Opened:
    return panel.open_ticket(asked.ports, asked.memory, asked.viewer, ticket_id, asked.face.say)


def form_of(
    asked: Asked,
    name: str,
    *,
    typed: Mapping[str, str] | None = None,
    complaints: Mapping[str, str] | None = None,
    notice: str = "",
) -> Json:
    """A form, empty or as it was sent with what was wrong. Raises Missing."""
    ticket_id, up = asked.click.number("ticket"), asked.click.number("up") or 1
    seen = opened(asked, ticket_id) if ticket_id else None
    choices = panel_forms.choices(asked.ports, asked.viewer, ticket_id if seen is not None else None, name)
    asking = Asking(
        seen=seen.seen if seen is not None else 0,
        view=seen.view if seen is not None else None,
        people=[(address, _named(asked, name, away=away)) for address, name, away in choices.people],
        reasons=choices.reasons,
        now=asked.now,
        typed=typed if typed is not None else _before(name, choices),
        complaints=complaints or {},
        notice=notice,
        up=up,
    )
    return form_card(name, asking, asked.face)


def _before(name: str, choices: Choices) -> Mapping[str, str]:
    """What an empty form begins with."""
    if name != "absence" or choices.absence is None:
        return {}
    absence = choices.absence
    days = {"start": absence.start.isoformat(), "until": absence.until.isoformat()}
    return {**days, "substitute": absence.substitute or ""}


def _named(asked: Asked, name: str, *, away: bool) -> str:
    return asked.face.text("%(name)s (away)", name=name) if away else name


def _ticket(asked: Asked) -> Answer:
    shown = opened(asked, asked.click.number("ticket"))
    return push(message_card(shown, asked.face, gmail_url=_gmail(asked, shown)))


def _gmail(asked: Asked, shown: Opened) -> str:
    return links.gmail_url(asked.ports.settings, shown.view.mailbox, shown.view.thread_id)


def _more(asked: Asked) -> Answer:
    shown = opened(asked, asked.click.number("ticket"))
    return push(more_card(shown, asked.face, _gmail(asked, shown)))


def _timeline(asked: Asked) -> Answer:
    shown = opened(asked, asked.click.number("ticket"))
    page = queries.ticket(asked.ports, shown.view.id, asked.face.say)
    return push(timeline_card(shown.view, page.happened, shown, asked.face))


def _why(asked: Asked) -> Answer:
    return push(why_card(opened(asked, asked.click.number("ticket")), asked.face))


def _home(asked: Asked) -> Answer:
    return push(home_of(asked))


def _search(asked: Asked) -> Answer:
    words = asked.posted.form.get(SEARCH_FIELD, "")
    try:
        found = panel_home.search(asked.ports, asked.viewer, words)
    except Refused as refused:
        return update(home_of(asked, complaint=str(refused), typed=words))
    return push(found_card(words, found, asked.now, asked.face))


def _again(asked: Asked) -> Answer:
    """The open thread once more: as this event names it, or as the card did that was clicked."""
    posted, click = asked.posted, asked.click
    message = posted.message if posted.message.asked else gmail_id(click.text("m"))
    thread = posted.thread if posted.thread.asked else gmail_id(click.text("th"))
    _, found = panel.arrive(asked.ports, asked.viewer.address, message.hex, thread.hex)
    return update(thread_card(asked, message, thread, found))


def _allow(asked: Asked) -> Answer:
    if asked.posted.scopes is not None and METADATA_SCOPE not in asked.posted.scopes:
        return Answer(scopes=(METADATA_SCOPE,))
    return _again(asked)


_SHOWN: dict[str, Callable[[Asked], Answer]] = {
    "ticket": _ticket,
    "more": _more,
    "timeline": _timeline,
    "why": _why,
    "home": _home,
    "search": _search,
    "again": _again,
    "allow": _allow,
}
