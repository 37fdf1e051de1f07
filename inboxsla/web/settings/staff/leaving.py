"""Handing over all that somebody has, taking people and teams off the list, and taking off what people said of themselves."""

from __future__ import annotations

from functools import partial

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from inboxsla.services import away, in_force
from inboxsla.services.configuring import Saved
from inboxsla.services.directory import Entry, directory
from inboxsla.services.drafting import Draft
from inboxsla.services.handing_on import HandedOn, hand_on, holdings, open_in_team
from inboxsla.services.leaving import person_is_needed, shut_out, team_is_needed, without_person, without_team
from inboxsla.web import guards
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.staff import room
from inboxsla.web.settings.staff.room import bp


@bp.route("/hand-over", methods=["GET", "POST"])
@needs(Level.HOUSE)
def hand_over() -> editor.Answer:
    """Also for somebody who is not on the list any more, as long as tickets are theirs."""
    address = request.args.get("address", "")
    held = holdings(ports(), address)
    entry = _entry(address)
    if entry is None and not held:
        abort(404)
    name = entry.person.name if entry else address
    if request.method == "GET" or not held:
        return _ask_to_hand_over(address, name)
    to = _chosen()
    if to is not None and (wrong := _cannot_take(to, address)):
        return _ask_to_hand_over(address, name, wrong), 422
    done = hand_on(ports(), address, guards.actor(), to)
    flash(_said(done))
    return redirect(_after_handing_over(address, done), code=303)


@bp.route("/remove", methods=["GET", "POST"])
@needs(Level.HOUSE)
def remove() -> editor.Answer:
    address = request.args.get("address", "")
    entry = _entry(address) or abort(404)
    wrong = ""
    if request.method == "POST" and (to := _chosen()) is not None:
        wrong = _cannot_take(to, address)
    page = partial(_ask_to_remove, entry, wrong)
    if wrong:
        return editor.asked(without_person(address), page), 422
    return editor.remove(without_person(address), page, partial(_removed, entry))


@bp.route("/teams/remove", methods=["GET", "POST"])
@needs(Level.HOUSE)
def remove_team() -> editor.Answer:
    name = request.args.get("name", "")
    document = in_force.current(ports()).document
    if not any(each.name == name for each in document.teams):
        abort(404)

    def page(draft: Draft) -> str:
        return render_template(
            "settings/team_remove.html",
            draft=draft,
            name=name,
            needed=team_is_needed(document, name),
            open_tickets=open_in_team(ports(), name),
        )

    def after(saved: Saved, _draft: Draft) -> str:
        if saved.version is not None:
            flash(_("The team %(name)s is removed. Its open tickets are everybody’s in their mailbox.", name=name))
        return url_for(".listed")

    return editor.remove(without_team(name), page, after)


@bp.route("/absence", methods=["GET", "POST"])
@needs(Level.HOUSE)
def absence() -> editor.Answer:
    """Asks before an absence is taken off that somebody set themselves."""
    address = request.args.get("address", "")
    entry = _entry(address) or abort(404)
    if request.method == "GET":
        return render_template("settings/person_absence.html", entry=entry)
    if away.take_off(ports(), address, guards.actor()) is not None:
        flash(_("The absence is taken off. %(name)s counts as there again.", name=entry.person.name))
    return redirect(url_for(".edit", address=address), code=303)


def _entry(address: str) -> Entry | None:
    return next((each for each in directory(ports()).entries if each.person.address == address), None)


def _chosen() -> str | None:
    """Who is to get the tickets; None for whoever is next."""
    return request.form.get("to", "").strip().lower() if request.form.get("whom") == "person" else None


def _cannot_take(to: str, address: str) -> str:
    """Why this person cannot get what somebody has; "" if they can."""
    people = {each.address: each for each in in_force.current(ports()).document.people}
    if to == address or to not in people:
        return str(_("Choose somebody else who is on the list."))
    elsewhere = [each.address for each in holdings(ports(), address) if people[to].role_in(each.address) is None]
    if elsewhere:
        return str(_("%(name)s does not work in %(where)s.", name=people[to].name, where=", ".join(elsewhere)))
    return ""


def _ask_to_hand_over(address: str, name: str, wrong: str = "") -> str:
    return render_template(
        "settings/hand_over.html",
        address=address,
        name=name,
        held=holdings(ports(), address),
        everybody=_others(address),
        wrong=wrong,
    )


def _ask_to_remove(entry: Entry, wrong: str, draft: Draft) -> str:
    address = entry.person.address
    return render_template(
        "settings/person_remove.html",
        entry=entry,
        draft=draft,
        held=holdings(ports(), address),
        needed=person_is_needed(in_force.current(ports()).document, address),
        everybody=_others(address),
        wrong=wrong,
    )


def _others(address: str) -> list[tuple[str, str]]:
    return [each for each in room.everybody(in_force.current(ports()).document) if each[0] != address]


def _removed(entry: Entry, saved: Saved, _draft: Draft) -> str:
    """Off the list: nothing new comes to them from here on, so what they have is handed over last."""
    address = entry.person.address
    if saved.version is None:
        return url_for(".listed")
    shut_out(ports(), address)
    words = _(
        "%(name)s is off the list. Their links in mails and their side panel stopped working.", name=entry.person.name
    )
    if not holdings(ports(), address):
        flash(words)
        return url_for(".listed")
    done = hand_on(ports(), address, guards.actor(), _chosen())
    flash(f"{words} {_said(done)}")
    return _after_handing_over(address, done)


def _after_handing_over(address: str, done: HandedOn) -> str:
    return url_for(".hand_over", address=address) if done.left else url_for(".listed")


def _said(done: HandedOn) -> str:
    """“12 tickets went over: 8 to Ana Ruiz, 4 to Jonas Weber. 2 wait for somebody to come on duty.”"""
    parts = []
    if done.to:
        number = sum(done.to.values())
        to = ", ".join(_("%(num)s to %(name)s", num=count, name=name) for name, count in done.to.items())
        parts.append(ngettext("%(num)d ticket went over: %(to)s.", "%(num)d tickets went over: %(to)s.", number, to=to))
    if done.waiting:
        parts.append(
            ngettext(
                "%(num)d is nobody’s until somebody on duty can take it.",
                "%(num)d are nobody’s until somebody on duty can take them.",
                done.waiting,
            )
        )
    if done.left:
        parts.append(ngettext("%(num)d is left: go on below.", "%(num)d are left: go on below.", done.left))
    return " ".join(parts) or _("There was nothing to hand over.")
