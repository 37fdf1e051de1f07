"""Rules: which mail gets what, in the order in which they are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from inboxsla.domain.folding import fold
from inboxsla.services import in_force, rule_matches
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import (
    condition_form,
    customer_lists,
    editor,
    rule_choices,
    rule_form,
    rule_list,
    rule_order,
    rule_trials,
)
from inboxsla.web.settings.editor import Answer, Editing
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

bp = Blueprint("rules", __name__, url_prefix="/settings/rules")
# Mails that are pasted, and the order of a thousand rules, are longer than other forms.
LARGEST = 1024 * 1024


@bp.url_value_preprocessor
def _long_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_content_length = request.max_form_memory_size = LARGEST


class RulePart:
    """The rule of that name; without one, a new rule, which begins as a copy of `like` if there is one."""

    shows_effect = True

    def __init__(self, name: str | None, like: str | None = None) -> None:
        self.name, self.like = name, like
        self._places: condition_form.Places = {}
        self._at = 0

    def find(self, body: Mapping[str, Any]) -> Any:
        return None if self.name is None else next(iter(_named(body, self.name)), None)

    def filled_in(self, force: InForce) -> Typed:
        if self.name is None:
            copied = next(iter(_named(force.body, self.like)), {}) if self.like else {}
            rule = {**copied, "name": _("%(name)s (copy)", name=self.like)} if copied else {}
            return rule_form.filled_in(rule, len(force.document.rules) + 1)
        place = _names(force.body).index(self.name)
        return rule_form.filled_in(self.find(force.body), place + 1)

    def edit(self, typed: Typed) -> Edit:
        rule, self._places = rule_form.written(typed)
        # A number nobody changed moves nothing, whatever others moved meanwhile.
        place = None if typed.get("place") == typed.get("stood") else _place(typed.get("place"))

        def put(body: Body) -> None:
            rules = list(body.get("rules", ()))
            known = _names(body)
            at = known.index(self.name) if self.name in known else len(rules)
            if fold(rule["name"]) in (fold(name) for nth, name in enumerate(known) if nth != at):
                raise editor.Wrong(("name", _("Another rule has the same name. Give each its own.")))
            rules[at : at + 1] = []
            self._at = at if place is None else min(place, len(rules))
            rules.insert(self._at, rule)
            body["rules"] = rules

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ("rules", self._at)

    def field_of(self, key: Key) -> str | None:
        return condition_form.field_of(self._places, key) if key[:1] == ("when",) else None

    def blank(self, prefix: str) -> Typed:
        return condition_form.BLANK


@bp.get("")
@needs(Level.HOUSE)
def listed() -> Answer:
    force, found = in_force.current(ports()), request.args.get("find", "")
    page = rule_list.listed(force.document, found, request.args.get("page", 1, int))
    counts = rule_matches.in_force_now(ports()) if "count" in request.args else None
    names = "\n".join(_names(force.body))
    return render_template("settings/rules.html", force=force, listed=page, find=found, counts=counts, names=names)


@bp.get("/matches")
@needs(Level.HOUSE)
def matches() -> Answer:
    """Asked for by the list once it is there, so that counting keeps nobody from reading."""
    force = in_force.current(ports())
    page = rule_list.listed(force.document, request.args.get("find", ""), request.args.get("page", 1, int))
    return render_template("settings/rule_matches.html", listed=page, counts=rule_matches.in_force_now(ports()))


@bp.route("/edit", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> Answer:
    name = request.args.get("name", "")
    if request.method == "GET" and name not in _names(in_force.current(ports()).body):
        abort(404)
    return _edited(RulePart(name))


@bp.route("/new", methods=["GET", "POST"])
@needs(Level.HOUSE)
def new() -> Answer:
    return _edited(RulePart(None, request.args.get("like")))


@bp.route("/remove", methods=["GET", "POST"])
@needs(Level.HOUSE)
def remove() -> Answer:
    name = request.args.get("name", "")
    if name not in _names(in_force.current(ports()).body):
        abort(404)

    def without(body: Body) -> None:
        body["rules"] = [rule for rule in body.get("rules", ()) if rule["name"].strip() != name]

    return editor.remove(without, lambda draft: _question(name, draft), lambda saved, _draft: _removed(name, saved))


bp.add_url_rule("/order", view_func=rule_order.order, methods=["GET", "POST"])
bp.add_url_rule("/customers", view_func=customer_lists.customers, methods=["GET", "POST"])


@bp.route("/test", methods=["GET", "POST"])
@needs(Level.HOUSE)
def test() -> Answer:
    """All rules in force, against a message."""
    force = in_force.current(ports())
    result = rule_trials.tried(force.document)
    values = {"tried": result, "boxes": rule_choices.boxes(), "whole": True}
    if "HX-Request" in request.headers:
        return render_template("settings/rule_trial.html", **values)
    return render_template("settings/rule_test.html", **values)


def _edited(part: RulePart) -> Answer:
    def page(editing: Editing) -> str:
        result = rule_trials.tried(editing.draft.document if editing.draft else None, editing.form.value("name"))
        values = {"tried": result, "boxes": rule_choices.boxes(), "whole": False}
        if request.headers.get("HX-Target") == "trial":
            return render_template("settings/rule_trial.html", **values)
        choices = rule_choices.of(editing.force.document, editing.form.typed)
        group = condition_form.shape(editing.form.typed)
        return editor.draw(
            "settings/rule.html", editing, part, rule_name=part.name, group=group, choices=choices, **values
        )

    return editor.run(part, page, _after, _obey)


def _obey(typed: Typed, order: str) -> Typed | None:
    # After another field was chosen: the same again, with what belongs to that.
    return typed if order == "again" else condition_form.obeyed(typed, order)


def _after(saved: Saved, draft: Draft) -> str:
    if saved.version is not None:
        flash(_("Saved as configuration %(version)s.", version=saved.version))
    return url_for("rules.listed")


def _question(name: str, draft: Draft) -> str:
    counts = rule_matches.in_force_now(ports())
    found = counts.matched.get(name, 0)
    touches = [
        ngettext(
            "It matches %(num)d of the newest %(all)s tickets.",
            "It matches %(num)d of the newest %(all)s tickets.",
            found,
            all=counts.looked_at,
        ),
        _("New mail like that gets what the other rules say, or what its mailbox gives."),
    ]
    return render_template(
        "settings/confirm.html",
        question=_("Remove the rule “%(name)s”?", name=name),
        touches=touches,
        stays=[_("Open tickets stay as they are.")],
        verb=_("Remove rule"),
        above=_("Rules"),
        back=url_for("rules.listed"),
        draft=draft,
    )


def _removed(name: str, saved: Saved) -> str:
    flash(_("The rule “%(name)s” is removed.", name=name))
    return url_for("rules.listed")


def _named(body: Mapping[str, Any], name: str | None) -> list[Mapping[str, Any]]:
    return [rule for rule in body.get("rules", ()) if rule["name"].strip() == name]


def _names(body: Mapping[str, Any]) -> list[str]:
    return [rule["name"].strip() for rule in body.get("rules", ())]


def _place(text: str) -> int:
    """From a number as people count, from 0; beyond the last is the last. Raises Wrong."""
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text)):
        raise editor.Wrong(("place", _("“%(text)s” is no place. Write 1 for the first, 2 for the second …", text=text)))
    return int(text) - 1
