"""What is done to a policy beside editing it: switched off and on, removed, made the default one, added ready-made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from inboxsla.config.document import Change, Template, templates, with_template
from inboxsla.errors import InboxSLAError, Missing, Refused
from inboxsla.services import drafting, effects, in_force, policy_history
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft, Edit
from inboxsla.services.in_force import InForce
from inboxsla.web import guards
from inboxsla.web.context import now, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor, page_words
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed


class DefaultPolicy:
    """Which policy a ticket gets for which neither a rule nor its mailbox names one."""

    shows_effect = True

    def find(self, body: Mapping[str, Any]) -> Any:
        return body["default_policy"]

    def filled_in(self, force: InForce) -> Typed:
        return Typed.of({"default_policy": force.document.default_policy})

    def edit(self, typed: Typed) -> Edit:
        def put(body: Body) -> None:
            body["default_policy"] = typed.get("default_policy")

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        return ()

    def field_of(self, key: Key) -> str | None:
        return "default_policy" if key == ("default_policy",) else ""

    def blank(self, prefix: str) -> Typed:
        return Typed()


@needs(Level.HOUSE)
def default() -> editor.Answer:
    part = DefaultPolicy()

    def page(editing: editor.Editing) -> str:
        on = [(policy.name, policy.name) for policy in editing.force.document.policies if policy.enabled]
        return editor.draw("settings/policy_default.html", editing, part, choices=on)

    return editor.run(part, page, _after(_("The default policy is changed.")))


@needs(Level.HOUSE)
def switch_off() -> editor.Answer:
    name = _named()
    return editor.remove(
        lambda body: _set_enabled(body, name, False),
        lambda draft: _question(
            name,
            draft,
            _("Switch off “%(name)s”?", name=name),
            _("Switch it off"),
            _touched(name),
            _("Its versions stay, and it can be switched on again."),
        ),
        _after(_("“%(name)s” is switched off.", name=name)),
    )


@needs(Level.HOUSE)
def remove() -> editor.Answer:
    name = _named()
    return editor.remove(
        lambda body: _take_out(body, name),
        lambda draft: _question(
            name,
            draft,
            _("Remove “%(name)s”?", name=name),
            _("Remove the policy"),
            _touched(name),
            _(
                "Tickets that were counted under it keep explaining themselves by it. The change log keeps what it said."
            ),
        ),
        _after(_("“%(name)s” is removed.", name=name)),
    )


@needs(Level.HOUSE)
def switch_on() -> editor.Answer:
    """Nothing names it yet, so that it changes no ticket."""
    name = _named()
    if request.method == "GET":
        return redirect(url_for("policies.listed"))
    force = in_force.current(ports())
    draft = drafting.draft(ports(), lambda body: _set_enabled(body, name, True), lambda body: None, force.version or 0)
    if draft.complaints or draft.plan is None:
        flash(" ".join(page_words.said(words) for _key, words in draft.complaints))
        return redirect(url_for("policies.listed"), code=303)
    drafting.save(ports(), draft, guards.actor(), False)
    flash(_("“%(name)s” is switched on. Rules and mailboxes can name it now.", name=name))
    return redirect(url_for("policies.listed"), code=303)


@needs(Level.HOUSE)
def ready_made() -> editor.Answer:
    """A ready-made policy with its rules: shown first, then added."""
    name, calendar = request.values.get("template", ""), request.values.get("calendar", "")
    force = in_force.current(ports())
    chosen = next((each for each in templates() if each.name == name), None) or abort(404)
    try:
        body = with_template(force.body, name, calendar or None)
    except (Missing, Refused) as wrong:
        return _offered(force, chosen, calendar, None, str(wrong)), 422

    draft = drafting.draft(ports(), lambda old: old.update(body), lambda old: None, force.version or 0)
    if request.method == "GET" or draft.plan is None:
        return _offered(force, chosen, calendar, draft, "")
    try:
        drafting.save(ports(), draft, guards.actor(), request.form.get("open_too") == "yes")
    except InboxSLAError as wrong:
        return _offered(force, chosen, calendar, draft, str(wrong)), 409
    flash(_("“%(name)s” is added, with the rules that choose it.", name=chosen.policies[0].name))
    return redirect(url_for("policies.listed"), code=303)


VIEWS: Mapping[str, Callable[[], editor.Answer]] = {
    "/default": default,
    "/switch-off": switch_off,
    "/switch-on": switch_on,
    "/remove": remove,
    "/ready-made": ready_made,
}


def _offered(force: InForce, chosen: Template, calendar: str, draft: Draft | None, wrong: str) -> str:
    return render_template(
        "settings/policy_ready_made.html",
        chosen=chosen,
        calendar=calendar,
        calendars=list(force.document.calendars),
        draft=draft,
        changes=_in_words(chosen, draft.plan.changes) if draft and draft.plan else (),
        wrong=wrong,
        effect=effects.effect(ports(), draft.document, now()) if draft and draft.document else None,
    )


def _in_words(chosen: Template, changes: Iterable[Change]) -> list[Change]:
    return [replace(each, details=tuple(map(chosen.without_patterns, each.details))) for each in changes]


def _question(name: str, draft: Draft, question: str, verb: str, touches: list[str], stays: str) -> str:
    if draft.complaints and (named := list(_named_by(name))):
        draft = replace(draft, complaints=tuple(((), words) for words in named))
    back = url_for("policies.listed")
    return render_template(
        "settings/confirm.html",
        question=question,
        verb=verb,
        touches=touches,
        stays=[stays],
        above=_("Policies"),
        back=back,
        draft=draft,
    )


def _named_by(name: str) -> Iterator[str]:
    """What still names the policy, and what to do about each."""
    document = in_force.current(ports()).document
    if document.default_policy == name:
        yield _("It is the default policy. Choose another default first.")
    for box in document.mailboxes:
        if box.policy == name:
            yield _("Tickets of %(address)s get it. Choose another policy for that mailbox first.", address=box.address)
    for rule in document.rules:
        if rule.then.policy == name:
            yield _("The rule “%(rule)s” chooses it. Change or remove that rule first.", rule=rule.name)


def _touched(name: str) -> list[str]:
    count = policy_history.open_tickets(ports(), name)
    if not count:
        return [_("No open ticket stands under it.")]
    return [
        ngettext(
            "%(num)d open ticket stands under it. It gets the policy that rules and its mailbox choose now, within moments.",
            "%(num)d open tickets stand under it. They get the policy that rules and their mailbox choose now, within moments.",
            count,
        )
    ]


def _after(words: str) -> Callable[[Saved, Draft], str]:
    def after(saved: Saved, draft: Draft) -> str:
        if saved.version is not None:
            flash(words)
        return url_for("policies.listed")

    return after


def _named() -> str:
    """The policy the address names."""
    name = request.args.get("name", "")
    if all(policy.name != name for policy in in_force.current(ports()).document.policies):
        abort(404)
    return name


def _set_enabled(body: Body, name: str, enabled: bool) -> None:
    body["policies"] = [
        {**row, "enabled": enabled} if str(row["name"]).strip() == name else row for row in body["policies"]
    ]


def _take_out(body: Body, name: str) -> None:
    body["policies"] = [row for row in body["policies"] if str(row["name"]).strip() != name]
