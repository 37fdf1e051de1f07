"""Policies: what is promised, who is reminded when, what stops the time. One page lists them, one edits each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from inboxsla.config.document import Document, templates
from inboxsla.config.document.model import Policy
from inboxsla.config.document.parts import value_of
from inboxsla.errors import Missing
from inboxsla.services import in_force, policy_history
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.context import LARGEST_ID, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import (
    editor,
    policy_acts,
    policy_form,
    policy_line,
    policy_notes,
    policy_notices,
    policy_words,
)
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.form import Form, Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("policies", __name__, url_prefix="/settings/policies")
# What a new policy begins with, where nothing is copied.
_FIRST = {
    "name": "New policy",
    "targets": {"first_response": "4h", "next_response": "8h", "resolution": "3 business days"},
}
# So many versions are listed; older ones are reached by the change log.
MOST_VERSIONS = 100


class PolicyPart:
    """`name` is that of the policy in the configuration, None for one that is new; `begin` is what the form begins with."""

    shows_effect = True

    def __init__(self, name: str | None, begin: Policy | None = None) -> None:
        self.name, self.begin = name, begin
        # Where it stands in the body it was put into last.
        self._at = 0

    def find(self, body: Mapping[str, Any]) -> Any:
        at = _index(body, self.name)
        return None if at is None else body["policies"][at]

    def filled_in(self, force: InForce) -> Typed:
        begin = self.begin or found(force, self.name)
        return policy_form.to_typed(begin or abort(404))

    def edit(self, typed: Typed) -> Edit:
        def put(body: Body) -> None:
            at = _index(body, self.name)
            old = {} if at is None else body["policies"][at]
            row = policy_form.to_row(typed, old.get("enabled", True) is not False, value_of(Policy, old))
            rows = list(body["policies"])
            self._at = len(rows) if at is None else at
            body["policies"] = [*rows[: self._at], row, *rows[self._at + 1 :]]
            if at is not None and row["name"] and row["name"] != self.name:
                _rename(body, str(self.name), row["name"])

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("policies", self._at)

    def field_of(self, key: Key) -> str | None:
        return policy_form.field_of(key)

    def blank(self, prefix: str) -> Typed:
        return policy_form.blank_step() if prefix == "steps" else Typed()


@bp.get("")
@needs(Level.HOUSE)
def listed() -> str:
    return render_template("settings/policies.html", standings=policy_history.standings(ports()), words=policy_words)


@bp.get("/begin")
@needs(Level.HOUSE)
def begin() -> str:
    """How a new one begins: empty, as a copy, or ready-made."""
    document = in_force.current(ports()).document
    return render_template("settings/policy_begin.html", policies=document.policies, templates=templates())


@bp.route("/new", methods=["GET", "POST"])
@needs(Level.HOUSE)
def new() -> editor.Answer:
    force = in_force.current(ports())
    like = request.args.get("like", "")
    return _edited(PolicyPart(None, _copy(force, like) if like else _first(force)), None)


@bp.route("/edit", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> editor.Answer:
    name, version = request.args.get("name", ""), _number(request.args.get("from", ""))
    begin = policy_history.as_it_was(ports(), name, version) if version else None
    if found(in_force.current(ports()), name) is None or (version and begin is None):
        abort(404)
    return _edited(PolicyPart(name, begin), version or None)


@bp.post("/echo")
@needs(Level.HOUSE)
def echo() -> str:
    """What the form says so far: the line, and what each length means. Nothing is looked up or saved."""
    force = in_force.current(ports())
    typed = Typed(tuple(request.form.items(multi=True)))
    return render_template(
        "settings/policy_echo.html", form=Form(typed, 0), **_shown(force, typed, request.args.get("name"))
    )


@bp.get("/versions")
@needs(Level.HOUSE)
def versions() -> str:
    name = request.args.get("name", "")
    made = policy_history.history(ports(), name)
    if not made:
        abort(404)
    wanted = _number(request.args.get("version", "")) or made[0].version
    try:
        compared = policy_history.compared(ports(), name, wanted)
    except Missing:
        abort(404)
    force = in_force.current(ports())
    return render_template(
        "settings/policy_versions.html",
        name=name,
        made=made[:MOST_VERSIONS],
        compared=compared,
        exists=found(force, name) is not None,
        names={person.address: person.name for person in force.document.people},
        words=policy_words,
    )


for path, view in policy_acts.VIEWS.items():
    bp.add_url_rule(path, endpoint=view.__name__, view_func=view, methods=["GET", "POST"])


def found(force: InForce, name: str | None) -> Policy | None:
    return next((policy for policy in force.document.policies if policy.name == name), None)


def _edited(part: PolicyPart, version: int | None) -> editor.Answer:
    made = policy_history.history(ports(), part.name) if part.name else []

    def page(editing: Editing) -> str:
        document = editing.force.document
        return editor.draw(
            "settings/policy.html",
            editing,
            part,
            name=part.name,
            back_to=version,
            made=made[0] if made else None,
            next_version=_next_version(editing, part) or (made[0].version + 1 if made else 1),
            is_on=_is_on(document, part.name),
            open_tickets=policy_history.open_tickets(ports(), part.name) if part.name else 0,
            people=document.people,
            names={person.address: person.name for person in document.people},
            tags=document.tags,
            webhooks=sorted(ports().settings.webhooks),
            calendars=[(name, name) for name in document.calendars] + [("24x7", _("Round the clock"))],
            **_shown(editing.force, editing.form.typed, part.name),
        )

    return editor.run(part, page, _after)


def _shown(force: InForce, typed: Typed, name: str | None) -> dict[str, Any]:
    """What follows from what is typed, for the line and the notes."""
    calendars = force.document.calendars
    before = found(force, name)
    policy = value_of(Policy, policy_form.to_row(typed))
    try:
        lines = () if policy is None else policy_line.lines(policy, calendars)
    except ValueError:
        # A length longer than any calendar; it is complained of at its field.
        lines = ()
    was = None if before is None else policy_form.to_typed(before)
    return {
        "lines": lines,
        "notes": policy_notes.notes(typed, was, calendars),
        "business_day": policy_notes.business_day(typed, calendars),
        "words": policy_words,
        "notices": policy_notices.rows(typed, calendars, force.document.hold_reasons[0]),
    }


def _next_version(editing: Editing, part: PolicyPart) -> int | None:
    plan = editing.draft.plan if editing.draft else None
    name = editing.form.typed.get("name")
    fates = plan.fates if plan else ()
    return next((fate.version for fate in fates if fate.name == name and fate.version is not None), None)


def _after(saved: Saved, draft: Draft) -> str:
    plan = saved.plan
    fate = next((fate for fate in plan.fates if fate.version is not None), None)
    if saved.version is not None and fate is not None:
        said = _(
            "Version %(version)s of “%(name)s” is in force: new tickets get it.", version=fate.version, name=fate.name
        )
        if saved.open_too:
            said += " " + ngettext(
                "The %(num)d open ticket gets it within moments.",
                "The %(num)d open tickets get it within moments.",
                plan.open_tickets,
            )
        flash(said)
    elif saved.version is not None:
        flash(_("Saved."))
    return url_for(".listed")


def _is_on(document: Document, name: str | None) -> bool:
    return any(policy.name == name and policy.enabled for policy in document.policies)


def _copy(force: InForce, like: str) -> Policy:
    copied = found(force, like) or abort(404)
    return copied.model_copy(update={"name": _("Copy of %(name)s", name=copied.name)[:100], "enabled": True})


def _first(force: InForce) -> Policy:
    default = found(force, force.document.default_policy)
    return Policy.model_validate(
        {**_FIRST, "name": _("New policy"), "calendar": default.calendar if default else "24x7"}
    )


def _index(body: Mapping[str, Any], name: str | None) -> int | None:
    rows = enumerate(body["policies"])
    return next((at for at, row in rows if str(row["name"]).strip() == name), None)


def _rename(body: Body, old: str, new: str) -> None:
    """Whatever names the policy names it by its new name."""
    if str(body["default_policy"]).strip() == old:
        body["default_policy"] = new
    for row in (*body.get("mailboxes", ()), *(rule.get("then", {}) for rule in body.get("rules", ()))):
        if str(row.get("policy", "")).strip() == old:
            row["policy"] = new


def _number(text: str) -> int:
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() and len(text) < 12 else 0
