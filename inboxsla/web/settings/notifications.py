"""Mails to staff: how many, which, by which way; the second route for alarms; and whose mails come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config.document import Document
from inboxsla.errors import InboxSLAError, Missing
from inboxsla.services import reaching, second_route, trial_mails, ways
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web import guards, who
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("notifications", __name__, url_prefix="/settings/notifications")
_PART = "notifications"
_LENGTHS = ("merge_within", "skip_early_under")
_LONGEST_ADDRESS = 320


class Notifications:
    # Which reminders are skipped is a matter of the policies that open tickets stand under.
    shows_effect = True

    def find(self, body: Mapping[str, Any]) -> Any:
        return body.get(_PART)

    def filled_in(self, force: InForce) -> Typed:
        now = force.document.notifications
        lengths = {name: getattr(now, name) for name in _LENGTHS}
        digest = {"digest": "yes"} if now.digest else {}
        return Typed.of({"cap_per_hour": str(now.cap_per_hour), **lengths, **digest})

    def edit(self, typed: Typed) -> Edit:
        cap = typed.get("cap_per_hour")

        def put(body: Body) -> None:
            body[_PART] = {
                "cap_per_hour": int(cap) if cap.isascii() and cap.isdigit() and len(cap) < 9 else cap,
                **{name: typed.get(name) for name in _LENGTHS},
                "digest": typed.has("digest"),
            }

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return (_PART,)

    def field_of(self, key: Key) -> str | None:
        return None

    def blank(self, prefix: str) -> Typed:
        return Typed()


@bp.route("", methods=["GET", "POST"])
@needs(Level.HOUSE)
def page() -> editor.Answer:
    return editor.run(Notifications(), _page, _after)


@bp.post("/test")
@needs(Level.HOUSE)
def test() -> Response:
    """A test mail by the way reminders go. How it went is said on top of the page, which is where it comes back to."""
    address = request.form.get("address", "").strip().lower()[:_LONGEST_ADDRESS]
    name, at, domain = address.partition("@")
    if not (name and at and "." in domain and address.isascii() and address.isprintable() and " " not in address):
        flash(_("Nothing was sent: write the address it is to go to, like ana@your.example."), "error")
        return redirect(url_for(".page"), code=303)
    try:
        trial_mails.by_way_in_force(ports(), address)
    except InboxSLAError as wrong:
        flash(_("The test mail was not taken: %(reason)s", reason=str(wrong)), "error")
    else:
        flash(_("A test mail to %(address)s was taken. See that it arrives, and not among spam.", address=address))
    return redirect(url_for(".page"), code=303)


@bp.post("/test-alarms")
@needs(Level.HOUSE)
def test_alarms() -> Response:
    try:
        for address, wrong in trial_mails.alarms(ports()):
            if wrong is None:
                flash(_("A test to %(address)s was taken. See that it arrives.", address=address))
            else:
                flash(_("A test to %(address)s was not taken: %(reason)s", address=address, reason=str(wrong)), "error")
    except InboxSLAError as wrong:
        flash(str(wrong), "error")
    return redirect(url_for(".page"), code=303)


@bp.post("/works-again")
@needs(Level.HOUSE)
def works_again() -> Response:
    address = request.form.get("address", "")[:_LONGEST_ADDRESS]
    try:
        reaching.works_again(ports(), address, guards.actor())
    except Missing as missing:
        flash(str(missing), "error")
    else:
        flash(_("Mails to %(address)s go out again.", address=address))
    return redirect(url_for(".page"), code=303)


def _page(editing: Editing) -> str:
    settings, me = ports().settings, who.viewer()
    way = ways.in_force(settings)
    return editor.draw(
        "settings/notifications.html",
        editing,
        Notifications(),
        way=way.route.value,
        way_named=ways.named(settings, way),
        last_test=trial_mails.last(ports()),
        route=second_route.stands(ports()),
        lost=reaching.every(ports()),
        my_address=me.address if me else "",
        usual=Document.model_fields[_PART].default,
    )


def _after(saved: Saved, _draft: Draft) -> str:
    if saved.version is not None:
        said = _("Saved. It counts from the next mail on.")
        if any(fate.version is not None for fate in saved.plan.fates) and not saved.open_too:
            # Which reminders of short promises are left out is part of the policies' versions.
            said += " " + _("Of short promises, those of new tickets only: that is what you chose.")
        flash(said)
    return url_for(".page")
