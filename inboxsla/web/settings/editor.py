"""How a page edits one part of the configuration: fill in, add and remove rows, look at the effect, save; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.errors import Refused
from inboxsla.services import drafting, effects, in_force
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Draft, Edit
from inboxsla.services.effects import Effect
from inboxsla.services.in_force import InForce
from inboxsla.web import guards
from inboxsla.web.context import LARGEST_ID, now, ports
from inboxsla.web.forms import FIELD
from inboxsla.web.settings import remarked, replaying
from inboxsla.web.settings.form import Complaint, Form, Key, at_fields
from inboxsla.web.settings.replaying import Replay
from inboxsla.web.settings.typed import Typed

Answer = str | Response | tuple[str, int]
# What an order makes of what was typed, None if it is no such order.
Obey = Callable[[Typed, str], Typed | None]
# Where to go once something was saved, or nothing was different.
After = Callable[[Saved, Draft], str]
# Fields of every form here that are no part of what is edited.
DO, OVER, LOOKED, OPEN_TOO = "do", "over", "looked", "open_too"
_OURS = frozenset({FIELD, DO, OVER, LOOKED, OPEN_TOO})
# And how fields begin that only try out what is typed; an order that begins so draws the page with it.
TRY, TRIED = "try:", "try."


class Wrong(Exception):
    """What was typed cannot even be put into the document; (field, what is wrong) of each, field "" for none."""

    def __init__(self, *complaints: tuple[str, str]) -> None:
        super().__init__("; ".join(words for _name, words in complaints))
        self.complaints = tuple(Complaint(name, words) for name, words in complaints)


class Part(Protocol):
    """A part of the configuration and its form."""

    # Whether saving can change what open tickets stand under: then the effect is shown before it is saved.
    shows_effect: bool

    def find(self, body: Mapping[str, Any]) -> Any:
        """The part as plain data, None where it is not there (yet)."""
        ...

    def filled_in(self, force: InForce) -> Typed:
        """The form as the configuration in force has it; what somebody new would begin with where it is not there."""
        ...

    def edit(self, typed: Typed) -> Edit:
        """What puts the typed part into a body. Raises Wrong, as may what it gives."""
        ...

    def key(self, body: Mapping[str, Any]) -> Key:
        """Where the part is in a body it was put into."""
        ...

    def field_of(self, key: Key) -> str | None:
        """The field for a key below the part, if it is not named like the key."""
        ...

    def blank(self, prefix: str) -> Typed:
        """A new row of the list with that name."""
        ...


@dataclass(frozen=True, slots=True)
class Editing:
    """What a template of an editing page gets as `editing`.

    `looked` names the content whose effect is shown; "" if none is. `stale`: it was to be saved and is shown first. `replay` is
    what it would have made of the past, where somebody asked.
    """

    form: Form
    force: InForce
    draft: Draft | None = None
    looked: str = ""
    stale: bool = False
    replay: Replay | None = None

    @property
    def wrong(self) -> Sequence[Complaint]:
        return self.form.complaints

    def effect(self) -> Effect | None:
        """What saving would mean for open tickets: counted only when it is drawn. None where the draft has mistakes."""
        if self.draft is None or self.draft.document is None:
            return None
        return effects.effect(ports(), self.draft.document, now())


def draw(template: str, editing: Editing, part: Part, **values: Any) -> str:
    """An editing page by its template, which extends settings/edit.html."""
    return render_template(template, editing=editing, form=editing.form, effect_shown=part.shows_effect, **values)


def run(
    part: Part,
    page: Callable[[Editing], str],
    after: After,
    obey: Obey | None = None,
    look_at_once: bool = False,
    *,
    goes_on: bool = False,
    open_too: bool | None = None,
) -> Answer:
    """Answer a request for the editing page of `part`. `page` draws it; `after` says where to go once saved (and may flash).

    `obey` carries out orders for rows that are not those of every form; with `look_at_once` their effect is shown too. A page that
    `goes_on` to another says nothing where there was nothing to save. `open_too` says whether open tickets get it too where the
    page does not ask; None leaves that to what changes.
    """
    force = in_force.current(ports())
    if request.method == "GET":
        return page(Editing(Form(part.filled_in(force), force.version or 0), force))
    typed = Typed(tuple((name, text) for name, text in request.form.items(multi=True) if _is_edited(name)))
    over, do = _number(request.form.get(OVER, "")), request.form.get(DO, "save")
    rows = do.split(":")[1] if do.count(":") else ""
    changed = obey(typed, do) if obey else typed.obeyed(do, part.blank(rows))
    if changed is not None:
        return page(_looked(part, changed, over, force) if look_at_once else Editing(Form(changed, over), force))
    editing = _looked(part, typed, over, force)
    shown = _only_shown(editing, do, page)
    if shown is not None:
        return shown
    draft = editing.draft
    if draft is not None and draft.meanwhile is not None:
        return page(editing), 409
    if draft is None or editing.wrong:
        return page(editing), 422
    if not draft.changes:
        if not goes_on:
            flash(_("Nothing was different, so nothing was saved."))
        return redirect(after(_nothing(draft), draft), code=303)
    if part.shows_effect and request.form.get(LOOKED, "") != typed.digest:
        return page(replace(editing, stale=True))
    try:
        saved = drafting.save(ports(), draft, guards.actor(), _open_too(open_too))
    except Refused:
        # Somebody was faster by moments: look again, at what is in force now.
        return page(_looked(part, typed, over, in_force.current(ports()))), 409
    return redirect(after(saved, draft), code=303)


def _only_shown(editing: Editing, do: str, page: Callable[[Editing], str]) -> str | None:
    """The answer to an order that only looks or tries; None if it is no such order. A page asks by itself for a piece of it."""
    if do == "look":
        return render_template("settings/effect.html", editing=editing) if _asks_for("effect") else page(editing)
    if do in replaying.ORDERS:
        editing = replace(editing, replay=replaying.replay(editing.draft, do))
        return render_template("settings/replay.html", editing=editing) if _asks_for("replay") else page(editing)
    return page(editing) if do.startswith(TRY) else None


def remove(without: Edit, page: Callable[[Draft], str], after: After) -> Answer:
    """Answer a request for the page that asks before a part is removed. `without` takes it out of a body.

    `page` draws the question, or why it cannot be done yet (`Draft.complaints`).
    """
    force = in_force.current(ports())
    over = force.version or 0
    draft = drafting.draft(ports(), without, lambda body: None, over)
    if request.method == "GET":
        return page(draft)
    # What it touches was counted for the configuration that was in force then.
    if draft.plan is None or _number(request.form.get(OVER, "")) != over:
        return page(draft), 409
    try:
        saved = drafting.save(ports(), draft, guards.actor(), _open_too())
    except Refused:
        return page(draft), 409
    return redirect(after(saved, draft), code=303)


def asked(without: Edit, page: Callable[[Draft], str]) -> str:
    """The page that asks before a part is removed, once more: something else on it needs a look first."""
    force = in_force.current(ports())
    return page(drafting.draft(ports(), without, lambda body: None, force.version or 0))


def _looked(part: Part, typed: Typed, over: int, force: InForce) -> Editing:
    try:
        one = drafting.draft(ports(), part.edit(typed), part.find, over)
    except Wrong as wrong:
        return Editing(Form(typed, over, wrong.complaints), force)
    if one.complaints:
        found = at_fields(one.complaints, part.key(one.body), part.field_of, typed, partial(remarked.name_of, one.body))
        return Editing(Form(typed, one.over, found), force, one)
    return Editing(Form(typed, one.over), force, one, typed.digest)


def _is_edited(name: str) -> bool:
    return name not in _OURS and not name.startswith(TRIED)


def _nothing(one: Draft) -> Saved:
    assert one.plan is not None
    return Saved(one.plan, None, False)


def _open_too(otherwise: bool | None = None) -> bool | None:
    given = request.form.get(OPEN_TOO)
    return otherwise if given is None else given == "yes"


def _asks_for(piece: str) -> bool:
    return "HX-Request" in request.headers and request.headers.get("HX-Target") == piece


def _number(text: str) -> int:
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() and len(text) < 12 else 0
