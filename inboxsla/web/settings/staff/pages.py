"""People and teams: the list, one person, one team."""

from __future__ import annotations

from functools import partial

from flask import abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from inboxsla.services import in_force
from inboxsla.services.configuring import Saved
from inboxsla.services.directory import Directory, Entry, directory
from inboxsla.services.drafting import Draft
from inboxsla.services.next_in_line import Next, next_in_line
from inboxsla.web.context import now, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.staff import room
from inboxsla.web.settings.staff.person_part import PersonPart
from inboxsla.web.settings.staff.room import bp
from inboxsla.web.settings.staff.team_part import TeamPart

# How many people one look at the list shows; the search finds the others.
MOST_SHOWN = 100


@bp.get("")
@needs(Level.HOUSE)
def listed() -> str:
    found, wanted = directory(ports()), request.args.get("q", "").strip()[:100]
    matching = [entry for entry in found.entries if entry.matches(wanted)]
    shown = matching if request.args.get("all") else matching[:MOST_SHOWN]
    return render_template(
        "settings/people.html",
        entries=shown,
        hidden=len(matching) - len(shown),
        total=len(found.entries),
        wanted=wanted,
        mailboxes=found.mailboxes,
        teams=found.force.document.teams,
        names={entry.person.address: entry.person.name for entry in found.entries},
        roles=room.ROLE_WORDS,
        strategies=room.STRATEGY_WORDS,
        base=now(),
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Level.HOUSE)
def invite() -> editor.Answer:
    found = directory(ports())
    part = PersonPart(None, found.mailboxes)
    return editor.run(part, partial(_draw_person, part, found, None), _invited)


@bp.route("/edit", methods=["GET", "POST"])
@needs(Level.HOUSE)
def edit() -> editor.Answer:
    found, address = directory(ports()), request.args.get("address", "")
    entry = next((each for each in found.entries if each.person.address == address), None) or abort(404)
    also = {*entry.person.mailboxes, *entry.person.roles}
    part = PersonPart(address, sorted({*found.mailboxes, *also}))
    return editor.run(part, partial(_draw_person, part, found, entry), partial(_kept, entry))


@bp.route("/teams/new", methods=["GET", "POST"])
@needs(Level.HOUSE)
def new_team() -> editor.Answer:
    part = TeamPart(None)
    return editor.run(part, partial(_draw_team, part), _team_kept)


@bp.route("/teams/edit", methods=["GET", "POST"])
@needs(Level.HOUSE)
def team() -> editor.Answer:
    name = request.args.get("name", "")
    if not any(each.name == name for each in in_force.current(ports()).document.teams):
        abort(404)
    part = TeamPart(name)
    return editor.run(part, partial(_draw_team, part), _team_kept)


def _draw_person(part: PersonPart, found: Directory, entry: Entry | None, editing: Editing) -> str:
    document = editing.force.document
    return editor.draw(
        "settings/person.html",
        editing,
        part,
        entry=entry,
        boxes=part.boxes,
        calendars=room.calendars(document),
        everybody=[each for each in room.everybody(document) if each[0] != part.address],
        roles=room.ROLE_WORDS,
        several=len(part.boxes) > 1,
        house_zone=editing.force.zone,
        base=now(),
    )


def _invited(saved: Saved, draft: Draft) -> str:
    if saved.version is not None and draft.document is not None:
        one = draft.document.people[-1]
        flash(
            _(
                "%(name)s is on the list. From now on they can sign in as %(address)s, use the side panel in Gmail, and get "
                "tickets and reminders when on duty. Nothing was mailed to them: tell them where these pages are.",
                name=one.name,
                address=one.address,
            )
        )
    return url_for(".listed")


def _kept(entry: Entry, saved: Saved, draft: Draft) -> str:
    if saved.version is not None:
        flash(_("%(name)s is saved. It counts from now on.", name=entry.person.name))
    return url_for(".listed")


def _draw_team(part: TeamPart, editing: Editing) -> str:
    document = editing.draft.document if editing.draft and editing.draft.document else editing.force.document
    name = part.name or editing.form.value("name")
    coming: tuple[Next, ...] = ()
    if any(each.name == name for each in document.teams):
        coming = next_in_line(ports(), document, name)
    return editor.draw(
        "settings/team.html",
        editing,
        part,
        name=part.name,
        coming=coming,
        everybody=room.everybody(editing.force.document),
        strategies=room.STRATEGY_WORDS,
        base=now(),
    )


def _team_kept(saved: Saved, _draft: Draft) -> str:
    if saved.version is not None:
        flash(_("The team is saved. It counts for the next ticket that is handed out."))
    return url_for(".listed")
