"""A thread is opened, or the panel without one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial

from addon.asking import Answer, Asked, as_json, push
from addon.cards.help import help_card
from addon.cards.home import home_card
from addon.cards.message import message_card
from addon.cards.nothing import no_ticket
from addon.cards.parts import Json
from addon.drawn import Drawn
from addon.events import GmailId
from inboxsla.gmail.peeking import Peeked, peek
from inboxsla.services import blindness, panel, panel_home
from inboxsla.services.panel_views import NoTicket, Opened
from inboxsla.storage.panel import Found

# Any of these lets us ask which conversation a message is.
METADATA_SCOPE = "https://www.googleapis.com/auth/gmail.addons.current.message.metadata"
_LETS_ASK = frozenset(
    {
        METADATA_SCOPE,
        "https://www.googleapis.com/auth/gmail.addons.current.message.readonly",
        "https://www.googleapis.com/auth/gmail.metadata",
        "https://www.googleapis.com/auth/gmail.readonly",
        "https://www.googleapis.com/auth/gmail.modify",
        "https://mail.google.com/",
    }
)


def message(asked: Asked) -> Answer:
    """The card of the open thread; as it was drawn a moment ago, where nothing on it would be said differently."""
    posted, found = asked.posted, asked.found
    if found is None or found.ticket_id is None:
        return push(thread_card(asked, posted.message, posted.thread, found))
    key = _key(asked, found)
    if (body := asked.drawings.get(key, asked.now)) is not None:
        return Answer(body=body)
    shown = panel.shown(asked.ports, asked.memory, asked.viewer, found, asked.face.say)
    answer = push(_card(asked, shown, posted.message, posted.thread))
    if isinstance(shown, Opened) and shown.holds_until is not None:
        answer = Answer(body=as_json(answer.to_open()))
        asked.drawings.put(key, Drawn(answer.body, shown.view.now, shown.holds_until))
    return answer


def _key(asked: Asked, found: Found) -> Hashable:
    """All that a card depends on but the time. Names of colleagues may be a minute old."""
    posted, box = asked.posted, found.box
    who = (asked.viewer.address, asked.viewer.roles[box.id], asked.viewer.zone, posted.platform, asked.language)
    unseen = blindness.since(asked.ports.settings, box, asked.now)
    state = (box.mode, box.access_lost_at, box.sync_error, found.was_blind, unseen)
    return (*who, found.ticket_id, found.version, *state, posted.message, posted.thread)


def home(asked: Asked) -> Answer:
    return push(home_of(asked))


def help_(asked: Asked) -> Answer:
    return push(help_card(asked.face))


def home_of(asked: Asked, *, notice: str = "", complaint: str = "", typed: str = "") -> Json:
    shown = panel_home.home(asked.ports, asked.viewer, asked.face.say)
    return home_card(shown, asked.face, notice=notice, complaint=complaint, typed=typed)


def thread_card(asked: Asked, message: GmailId, thread: GmailId, found: Found | None) -> Json:
    """The card of a thread, named by what Gmail calls its open message and itself; `found` is what its ids led to."""
    posted = asked.posted
    if found is not None:
        return _card(
            asked, panel.shown(asked.ports, asked.memory, asked.viewer, found, asked.face.say), message, thread
        )
    may_ask = bool(posted.user_token) and (posted.scopes is None or bool(posted.scopes & _LETS_ASK))
    opened = panel.Thread(
        thread.hex, message.hex, message.asked, posted.recipients, partial(_peek, asked) if may_ask else None
    )
    shown = panel.open_thread(asked.ports, asked.memory, asked.viewer, opened, asked.face.say)
    if isinstance(shown, NoTicket):
        unasked = shown.why == "elsewhere" and not may_ask and posted.scopes is not None
        shown = replace(shown, may_not_ask=unasked)
    return _card(asked, shown, message, thread)


def _card(asked: Asked, shown: Opened | NoTicket, message: GmailId, thread: GmailId) -> Json:
    face = replace(asked.face, thread={"m": message.asked, "th": thread.asked})
    return no_ticket(shown, face) if isinstance(shown, NoTicket) else message_card(shown, face)


def _peek(asked: Asked, message_id: str) -> Peeked:
    posted = asked.posted
    return peek(asked.ports.settings.google.api_root, message_id, posted.user_token, posted.message_token)
