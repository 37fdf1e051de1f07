"""The whole configuration as one text: taken along, looked at, put in force; and every version there was."""

from __future__ import annotations

from hashlib import blake2b

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config.sources import decoded
from inboxsla.errors import ConfigMistakes, Missing, Refused
from inboxsla.services import configuring, versions
from inboxsla.services.configuring import Plan
from inboxsla.web import guards
from inboxsla.web.context import ID, LARGEST_ID, now, plain, ports
from inboxsla.web.forms import takes
from inboxsla.web.guards import Level, needs

bp = Blueprint("configuration", __name__, url_prefix="/settings/configuration")
Answer = str | Response | tuple[str, int]
# Thousands of rules and people fit into this.
LARGEST = 4 * 1024 * 1024
_LONGEST_NAME = 60


@bp.get("")
@needs(Level.HOUSE)
def page() -> Answer:
    return _page()


@bp.get("/configuration.toml")
@needs(Level.HOUSE)
def export() -> Response:
    return _file(configuring.export(ports()), "configuration.toml")


@bp.post("/import")
@needs(Level.HOUSE)
@takes(LARGEST)
def import_() -> Answer:
    """Looked at first, always: what is saved is what was looked at, or it is shown once more."""
    text, name, mistakes = _given()
    if not text.strip() and not mistakes:
        return _page(wrong=(_("Choose a file, or paste the text of one."),))
    if mistakes:
        return _page(text, tuple(mistakes))
    try:
        plan = configuring.plan(ports(), text, name)
        was_looked_at = request.form.get("looked") == _digest(text, plan.over)
        if request.form.get("do") == "save" and was_looked_at:
            saved = configuring.import_(ports(), text, guards.actor(), _open_too(), name, plan)
            if saved.version is not None:
                flash(_("Configuration %(version)d is in force.", version=saved.version))
            return redirect(url_for(".page"), code=303)
    except ConfigMistakes as wrong:
        return _page(text, tuple(wrong.mistakes))
    except Refused:
        # Somebody saved in the moment between: look at it again, over what is in force now.
        plan = configuring.plan(ports(), text, name)
    asked_to_save = request.form.get("do") == "save"
    shown = _plan_page(plan, text, name, stale=asked_to_save)
    return (shown, 409) if asked_to_save else shown


def _plan_page(plan: Plan, text: str, name: str, *, stale: bool = False) -> str:
    return render_template(
        "settings/configuration_plan.html",
        plan=plan,
        text=text,
        name=name,
        looked=_digest(text, plan.over),
        next_version=(plan.over or 0) + 1,
        stale=stale,
    )


@bp.get(f"/versions/<{ID}:number>")
@needs(Level.HOUSE)
def version(number: int) -> Answer:
    try:
        return render_template("settings/version.html", one=versions.version(ports(), number), base=now())
    except Missing:
        abort(404)


@bp.get(f"/versions/<{ID}:number>.toml")
@needs(Level.HOUSE)
def version_file(number: int) -> Response:
    return _file(_text_of(number), f"configuration-{number}.toml")


@bp.post(f"/versions/<{ID}:number>/again")
@needs(Level.HOUSE)
def again(number: int) -> Answer:
    """What going back to a version would change; it is put in force like any other text."""
    text, name = _text_of(number), _("configuration %(number)d", number=number)
    try:
        return _plan_page(configuring.plan(ports(), text, name), text, name)
    except ConfigMistakes as wrong:
        return _page(text, tuple(wrong.mistakes))


def _text_of(number: int) -> str:
    try:
        return versions.text(ports(), number)
    except Missing:
        abort(404)


def _page(text: str = "", wrong: tuple[str, ...] = ()) -> Answer:
    before = request.args.get("before", "")
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    found = versions.listed(ports(), min(below, LARGEST_ID) if below is not None else None)
    shown = render_template("settings/configuration.html", found=found, text=text, wrong=wrong, base=now())
    return (shown, 422) if wrong else shown


def _given() -> tuple[str, str, list[str]]:
    """The text that was sent, what to call it, and what is wrong with it as a text. A file goes before what was pasted."""
    file = request.files.get("file")
    if file is not None and file.filename:
        name = plain(file.filename.replace("\\", "/").rpartition("/")[2])[:_LONGEST_NAME] or _("file")
        text, mistakes = decoded(file.read(), name)
        return text, name, list(mistakes)
    return request.form.get("text", ""), request.form.get("name", "")[:_LONGEST_NAME] or _("pasted text"), []


def _digest(text: str, over: int | None) -> str:
    """What names a text that was looked at, over a version; browsers send line ends of their own."""
    told = f"{over or 0}\n{text.replace(chr(13), '').strip()}"
    return blake2b(told.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _open_too() -> bool | None:
    given = request.form.get("open_too")
    return None if given is None else given == "yes"


def _file(text: str, name: str) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, content_type="application/toml; charset=utf-8", headers=told)
