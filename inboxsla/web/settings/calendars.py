"""Calendars: when the house is open. Listed with who uses them; made, copied, changed and removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from inboxsla.config import zone_list
from inboxsla.config.document.calendar_names import Uses
from inboxsla.config.settings import Calendar
from inboxsla.services import calendar_uses, in_force
from inboxsla.services.calendar_uses import NOBODY, Used
from inboxsla.services.configuring import Saved
from inboxsla.services.drafting import Body, Draft
from inboxsla.speech import BabelSpeech
from inboxsla.web.context import now, ports, say
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.calendar import holidays, trying
from inboxsla.web.settings.calendar.looks import looks
from inboxsla.web.settings.calendar.part import CalendarPart, copied_monday
from inboxsla.web.settings.calendar.trying import Now
from inboxsla.web.settings.calendar.week import Week, week
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.typed import Typed

bp = Blueprint("calendars", __name__, url_prefix="/settings/calendars")
# So many names are said where somebody would miss a calendar.
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    zone: str
    week: Week
    now: Now
    used: Used


@bp.get("")
@needs(Level.HOUSE)
def listed() -> str:
    force = in_force.current(ports())
    used = calendar_uses.used(ports(), force)
    rows = [_row(name, calendar, used) for name, calendar in sorted(force.document.calendars.items())]
    return render_template("settings/calendars.html", rows=rows, always=used.get("24x7"))


@bp.route("/edit", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> editor.Answer:
    name = request.args.get("name", "")
    if request.method == "GET" and name not in _calendars():
        return _gone()
    part = CalendarPart(name, now())
    return editor.run(part, lambda editing: _page(editing, part, name), _after, obeying(part))


@bp.route("/new", methods=["GET", "POST"])
@needs(Level.HOUSE)
def new() -> editor.Answer:
    like = request.args.get("like", "")
    calendar = _calendars().get(like)
    part = CalendarPart(None, now(), calendar, _("%(name)s (copy)", name=like) if calendar else "")
    return editor.run(part, lambda editing: _page(editing, part, ""), _after, obeying(part))


@bp.route("/remove", methods=["GET", "POST"])
@needs(Level.HOUSE)
def remove() -> editor.Answer:
    name = request.args.get("name", "")
    if name not in _calendars():
        return _gone()

    def without(body: Body) -> None:
        body.get("calendars", {}).pop(name, None)

    return editor.remove(without, lambda draft: _question(draft, name), lambda _saved, _draft: _removed(name))


def obeying(part: CalendarPart) -> editor.Obey:
    """The buttons of a form with a calendar, and those of every form."""
    orders: dict[str, Callable[[Typed], Typed]] = {
        "show": holidays.with_country,
        "copy-monday": copied_monday,
        "tick-holidays": partial(holidays.all_ticked, today=now().date()),
    }

    def obey(typed: Typed, order: str) -> Typed | None:
        return orders[order](typed) if order in orders else typed.obeyed(order, part.blank("special_days"))

    return obey


def _page(editing: Editing, part: CalendarPart, name: str) -> str:
    used = calendar_uses.used(ports(), editing.force).get(name) if name else None
    return editor.draw(
        "settings/calendar.html",
        editing,
        part,
        name=name,
        used=used,
        looks=looks(editing.form.typed, now(), say()),
        zones=zone_list.offered(),
    )


def _after(saved: Saved, draft: Draft) -> str:
    if saved.version is not None:
        flash(
            _("Saved, for new tickets and the open ones.")
            if saved.open_too
            else _("Saved. New tickets are counted by it.")
        )
    return url_for(".listed")


def _removed(name: str) -> str:
    flash(_("The calendar “%(name)s” is removed.", name=name))
    return url_for(".listed")


def _question(draft: Draft, name: str) -> str:
    used = calendar_uses.used(ports(), in_force.current(ports())).get(name)
    if used:
        # Said by name here; the document's own complaints name each place that would be left without it.
        draft = replace(draft, plan=None, complaints=tuple(((), words) for words in _missed(used.by)))
    return render_template(
        "settings/confirm.html",
        question=_("Remove the calendar “%(name)s”?", name=name),
        touches=[_("Nobody uses it: no policy, no person and no rule.")],
        stays=[_("What was counted by it before stays as it is.")],
        verb=_("Remove calendar"),
        above=_("Calendars"),
        back=url_for(".listed"),
        draft=draft,
    )


def _missed(by: Uses) -> list[str]:
    """Who still uses it, and what to do."""
    sentences = []
    if by.policies:
        sentences.append(
            _("Policies count by it: %(names)s. Give them another calendar first.", names=_names(by.policies))
        )
    if by.people:
        sentences.append(_("People work by it: %(names)s. Give them other hours first.", names=_names(by.people)))
    if by.rules:
        sentences.append(_("Rules ask for its hours: %(names)s. Change them first.", names=_names(by.rules)))
    return sentences


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return (
        shown if more <= 0 else ngettext("%(names)s and %(num)d more", "%(names)s and %(num)d more", more, names=shown)
    )


def _row(name: str, calendar: Calendar, used: dict[str, Used]) -> Row:
    there = BabelSpeech(calendar.zone, say().locale)
    return Row(
        name,
        calendar.zone,
        week(calendar.hours),
        trying.open_now(calendar, now(), there),
        used.get(name, Used(NOBODY, 0)),
    )


def _calendars() -> Mapping[str, Calendar]:
    return in_force.current(ports()).document.calendars


def _gone() -> Response:
    """An old address, or somebody renamed or removed it meanwhile: the list shows what there is."""
    flash(_("There is no such calendar any more."))
    return redirect(url_for(".listed"))
