"""Privacy: how long text stays, what is kept about a person and forgetting them, and figures about the staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config.fields import address as read_address
from inboxsla.errors import Refused
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce, current
from inboxsla.services.privacy import approving, exporting, forgetting, knowing, retention
from inboxsla.services.privacy.approving import NotRecorded
from inboxsla.services.privacy.knowing import Known
from inboxsla.web import guards
from inboxsla.web.context import now, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.form import Complaint, Form, Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("privacy", __name__, url_prefix="/settings/privacy")
Answer = editor.Answer
_FIELDS = ("approved_by", "role", "approved_on")
_SHOWN = 50


class Retention:
    shows_effect = True

    def find(self, body: Mapping[str, Any]) -> Any:
        return body.get("privacy")

    def filled_in(self, force: InForce) -> Typed:
        return Typed.of({"keep_text": force.document.privacy.keep_text})

    def edit(self, typed: Typed) -> Edit:
        def put(body: Body) -> None:
            body["privacy"] = {"keep_text": typed.get("keep_text")}

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("privacy",)

    def field_of(self, key: Key) -> str | None:
        return "keep_text"

    def blank(self, prefix: str) -> Typed:
        return Typed()


@bp.route("", methods=["GET", "POST"])
@needs(Level.HOUSE)
def page() -> Answer:
    return editor.run(Retention(), _page, _after)


def _page(editing: Editing, approval: Form | None = None, person: Form | None = None) -> str:
    document = editing.draft.document if editing.draft and editing.draft.document else editing.force.document
    empty = Form(Typed(), 0)
    return editor.draw(
        "settings/privacy.html",
        editing,
        Retention(),
        kept=retention.figures(ports(), document.privacy.kept_for),
        in_force=editing.force.document.privacy.keep_text,
        approval=approving.approval(ports()),
        approving=approval or empty,
        person=person or empty,
        base=now(),
    )


def _after(saved: Saved, _draft: Draft) -> str:
    if saved.version is not None:
        flash(_("Saved. What is too old goes within the hour."))
    return url_for(".page")


@bp.route("/person", methods=["GET", "POST"])
@needs(Level.HOUSE)
def person() -> Answer:
    """By a form, so that no address stands in logs and histories."""
    if request.method == "GET":
        return redirect(url_for(".page"))
    found = _named()
    return found if not isinstance(found, Known) else _person_page(found)


@bp.post("/person/data")
@needs(Level.HOUSE)
def data() -> Answer:
    """Everything, as a file to hand to whoever asked for it."""
    found = _named()
    if not isinstance(found, Known):
        return found
    response = Response(exporting.as_json(found), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="person.json"'
    return response


@bp.post("/person/forget")
@needs(Level.HOUSE)
def forget() -> Answer:
    """Asks first, with what it touches; forgets at the second press."""
    found = _named()
    if not isinstance(found, Known):
        return found
    if request.form.get("do") != "forget" or forgetting.why_not(found):
        return render_template("settings/forget.html", known=found, why_not=forgetting.why_not(found))
    try:
        receipt = forgetting.forget(ports(), found.address, guards.actor())
    except Refused:
        # What stands in the way came up in this very moment.
        again = knowing.about(ports(), found.address)
        return render_template("settings/forget.html", known=again, why_not=forgetting.why_not(again)), 409
    return render_template("settings/forgotten.html", receipt=receipt, base=now())


@bp.post("/figures")
@needs(Level.HOUSE)
def approve() -> Answer:
    typed = Typed.of({name: request.form.get(name, "") for name in _FIELDS})
    try:
        approving.approve(
            ports(), typed.get("approved_by"), typed.get("role"), typed.get("approved_on"), guards.actor()
        )
    except NotRecorded as refused:
        complaints = tuple(Complaint(name, words) for name, words in refused.wrong.items())
        return _front(approval=Form(typed, 0, complaints)), 422
    flash(_("Recorded. Figures about single persons may be shown now."))
    return redirect(url_for(".page", _anchor="figures"), code=303)


@bp.post("/figures/revoke")
@needs(Level.HOUSE)
def revoke() -> Answer:
    if approving.revoke(ports(), guards.actor()):
        flash(_("Figures about single persons are off."))
    return redirect(url_for(".page", _anchor="figures"), code=303)


def _named() -> Known | tuple[str, int]:
    written = request.form.get("address", "")
    try:
        address = read_address(written)
    except ValueError as wrong:
        complaint = Complaint("address", str(wrong))
        return _front(person=Form(Typed.of({"address": written}), 0, (complaint,))), 422
    return knowing.about(ports(), address)


def _person_page(found: Known) -> str:
    return render_template(
        "settings/about_person.html", known=found, why_not=forgetting.why_not(found), shown=_SHOWN, base=now()
    )


def _front(approval: Form | None = None, person: Form | None = None) -> str:
    force = current(ports())
    return _page(Editing(Form(Retention().filled_in(force), force.version or 0), force), approval, person)
