"""Who may open which page: every view says the level it needs, and here, before any view runs, it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from werkzeug.exceptions import HTTPException

from inboxsla.services import sessions
from inboxsla.services.sessions import Present
from inboxsla.storage import tickets
from inboxsla.web import who
from inboxsla.web.context import ports

_MARK = "needs_level"
View = TypeVar("View", bound=Callable[..., Any])


class Level(Enum):
    """What a view asks of whoever opens it.

    PUBLIC: nothing. SIGNED_IN: any session. AGENT, LEAD, ADMIN: that role, or a higher one, in the mailbox that the address names
    by `mailbox_id` or `ticket_id`; where it names none, in at least one. HOUSE: admin of every mailbox in use.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    HOUSE = "house"


class NotYours(HTTPException):
    """Whoever asks is known, and may not. `people` can, by name."""

    code = 403

    def __init__(self, level: Level, people: Sequence[str]) -> None:
        super().__init__(f"This needs the level “{level.value}”.")
        self.level, self.people = level, tuple(people)


def needs(level: Level) -> Callable[[View], View]:
    """Mark a view with who may open it; to be put below its route."""

    def marked(view: View) -> View:
        setattr(view, _MARK, level)
        return view

    return marked


def level_of(view: Callable[..., Any]) -> Level | None:
    """What a view was marked with; None if nobody said."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Level) else None


def is_public(app: Flask, endpoint: str) -> bool:
    return level_of(app.view_functions[endpoint]) is Level.PUBLIC


def install(app: Flask) -> None:
    needs(Level.PUBLIC)(app.view_functions["static"])
    app.before_request(_enforce)
    app.jinja_env.globals.update(may=may, runs_the_house=runs_the_house)


def actor() -> str:
    """Who it is for the audit log. Only for views that ask who is there."""
    here = who.present()
    if here is None:
        abort(401)
    return here.actor


def may(role: str, mailbox_id: int) -> bool:
    """Whether whoever asks has at least this role in a mailbox: for what a page offers."""
    here = who.present()
    return here is not None and here.may(role, mailbox_id)


def may_open(endpoint: str) -> bool:
    """Whether whoever asks may open a page that names no mailbox: for what the navigation offers."""
    here, level = who.present(), level_of(current_app.view_functions[endpoint])
    if here is None or level is None or here.runs_the_house:
        return here is not None and level is not None
    return level is Level.SIGNED_IN or (level is not Level.HOUSE and here.has_somewhere(level.value))


def runs_the_house() -> bool:
    here = who.present()
    return here is not None and here.runs_the_house


def _enforce() -> None:
    # What is not there is said to be missing only to those who are in.
    level = Level.SIGNED_IN if request.endpoint is None else level_of(current_app.view_functions[request.endpoint])
    if level is None:
        current_app.logger.error("%s says nowhere who may open it (web/guards.py)", request.endpoint)
        abort(500)
    if level is Level.PUBLIC:
        return
    here = who.present()
    if here is None:
        abort(401)
    if level is not Level.SIGNED_IN and not here.runs_the_house:
        _enough(level, here)


def _enough(level: Level, here: Present) -> None:
    named = request.view_args or {}
    mailbox_id = _of_ticket(named["ticket_id"]) if "ticket_id" in named else named.get("mailbox_id")
    names_none = mailbox_id is None and "ticket_id" not in named
    if not names_none and (mailbox_id is None or here.role_in(mailbox_id) is None):
        abort(404)
    if level is Level.HOUSE:
        raise NotYours(level, sessions.who_runs_the_house(ports()))
    enough = here.has_somewhere(level.value) if mailbox_id is None else here.may(level.value, mailbox_id)
    if not enough:
        raise NotYours(level, sessions.who_can(ports(), level.value, mailbox_id))


def _of_ticket(ticket_id: int) -> int | None:
    """The mailbox a ticket belongs to, None if there is no such ticket."""
    with ports().db.read() as conn:
        row = tickets.find(conn, ticket_id)
    return None if row is None else row.mailbox_id
