"""Links in mails: a page that shows what a link would do, and does it when its button is pressed.

The link is all the proof there is, unless an admin wants people to be signed in as well: no session is begun, and nobody
can make up a link, so there is nothing that a form elsewhere could abuse. Nothing here shows what a customer wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.errors import Missing
from inboxsla.services import by_link, panel_forms, stopping
from inboxsla.services.action_links import BrokenLink, ExpiredLink, Link, NotTheirs, Signer
from inboxsla.services.by_link import Holder, Shown
from inboxsla.services.viewers import Viewer
from inboxsla.speech import BabelSpeech
from inboxsla.web import act_forms, who
from inboxsla.web.context import LARGEST_ID, LOCALES, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.refusals import Words, page

bp = Blueprint("mail_acts", __name__)
Answer = str | Response | tuple[str, int]
NOTHING: Mapping[str, str] = MappingProxyType({})


@bp.get("/act/<token>")
@needs(Level.PUBLIC)
def show(token: str) -> Answer:
    opened = _opened(token)
    if isinstance(opened, Viewer):
        return _mornings(opened)
    if not isinstance(opened, _Opened):
        return opened
    return opened.page(by_link.shown(opened.link, opened.who, opened.say))


@bp.post("/act/<token>")
@needs(Level.PUBLIC)
def press(token: str) -> Answer:
    opened = _opened(token)
    if isinstance(opened, Viewer):
        # A mail program that was asked to unsubscribe posts here by itself (RFC 8058).
        (stopping.go_on if "go_on" in request.form else stopping.stop)(ports(), opened)
        return _mornings(opened)
    if not isinstance(opened, _Opened):
        return opened
    seen = min(request.form.get("seen", 0, type=int), LARGEST_ID)
    fields = {name: value for name, value in request.form.items() if name != "seen"}
    acted = by_link.press(ports(), opened.link, opened.who, fields, seen, opened.say)
    after = _opened(token)
    if not isinstance(after, _Opened):
        assert not isinstance(after, Viewer), "it was read as a link of another kind a moment ago"
        return after
    shown = by_link.shown(after.link, after.who, after.say)
    if acted.outcome in ("done", "again"):
        return after.page(shown, done=acted.notice, again=acted.outcome == "again")
    return after.page(shown, fields, problem=acted.notice, complaints=acted.complaints)


class _Opened:
    """A link that holds, whom it speaks for, and their language and zone."""

    def __init__(self, signer: Signer, link: Link, who: Holder) -> None:
        self.signer, self.link, self.who = signer, link, who
        self.say = BabelSpeech(who.zone, get_locale() or LOCALES[0])

    def page(self, shown: Shown, typed: Mapping[str, str] = NOTHING, **more: Any) -> str:
        undo = by_link.undo_link(self.link, self.who)
        return render_template(
            "mail_act.html",
            shown=shown,
            fields=act_forms.fields(shown.spec, self._known(shown.spec.name), self.say, {**shown.values, **typed}),
            **{"complaints": {}, "done": "", "again": False, "problem": "", **more},
            ticket_id=self.link.ticket_id,
            name=self.who.viewer.name,
            zone=self.say.zone_name(self.who.look.view.now),
            undo=url_for(".press", token=self.signer.token(undo)) if undo else "",
        )

    def _known(self, act: str) -> act_forms.Known:
        found = panel_forms.choices(ports(), self.who.viewer, self.link.ticket_id, act)
        return act_forms.Known(self.who.look.view, act_forms.people(found.people, self.say), found.reasons)


def _mornings(who: Viewer) -> str:
    """The page behind the link in a mail of the morning: whether such mails come, and the button that changes it."""
    return render_template("mail_mornings.html", name=who.name, stopped=stopping.is_stopped(ports(), who))


def _opened(token: str) -> _Opened | Viewer | Answer:
    signer = Signer(ports().settings)
    try:
        link = signer.read(token, ports().now())
        if link.act == stopping.ACT:
            return stopping.holder(ports(), link)
        opened = _Opened(signer, link, by_link.holder(ports(), link))
        return opened if _may_act(opened) else redirect(url_for("sign_in.ask", next=request.path), code=303)
    except ExpiredLink:
        return page(410, _too_old())
    except BrokenLink:
        return page(404, _broken())
    except NotTheirs:
        return page(403, _not_theirs())
    except Missing:
        return page(404, _gone())


def _may_act(opened: _Opened) -> bool:
    """A link is proof enough, unless an admin wants its person to be signed in. Stopping the mails of the morning never needs that."""
    here = who.viewer() if ports().settings.sign_in.for_links else opened.who.viewer
    return here is not None and here.address == opened.who.viewer.address


def _too_old() -> Words:
    return Words(
        _("This link is too old"),
        _(
            "Links in mails work for seven days. Nothing was changed. Use the newest mail about the ticket, or open the ticket "
            "in Gmail or on the board."
        ),
        back=True,
    )


def _broken() -> Words:
    return Words(
        _("This link does not work"),
        _(
            "A part of it is missing, or it was made before this server got a new key. Nothing was changed. Press the button "
            "in the mail itself; if that leads here too, open the ticket on the board."
        ),
        back=True,
    )


def _not_theirs() -> Words:
    return Words(
        _("This link is no longer yours"),
        _(
            "Whoever got this mail is not on the people list of the mailbox any more. Nothing was changed. A lead can put them "
            "back on it."
        ),
    )


def _gone() -> Words:
    return Words(_("This ticket is gone"), _("It was removed since the mail was sent. There is nothing left to do."))
