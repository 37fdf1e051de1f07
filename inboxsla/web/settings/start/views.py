"""The steps of setting up, one page each. Where to go on is read from what is there; nothing about them is stored."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config import zone_list
from inboxsla.config.document import paces
from inboxsla.config.fields import address as read_address
from inboxsla.errors import InboxSLAError, Misused
from inboxsla.services import connecting, foreseen, in_force, setting_up, setup, sign_in, trial_mails
from inboxsla.services.setting_up import Standing, Step
from inboxsla.web import guards, mailboxes, signing_in, who
from inboxsla.web.context import now, ports, say
from inboxsla.web.forms import form_token
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import calendars, editor
from inboxsla.web.settings.calendar.looks import looks
from inboxsla.web.settings.calendar.part import CalendarPart
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.start import frame, reaching
from inboxsla.web.settings.start.crew_part import MOST, Crew
from inboxsla.web.settings.start.examples import Example, examples
from inboxsla.web.settings.start.pace_part import Archiving, PacePart
from inboxsla.web.settings.typed import Typed

bp = Blueprint("start", __name__, url_prefix="/settings/start")

Answer = editor.Answer


@bp.get("")
@needs(Level.HOUSE)
def resume() -> Response:
    return redirect(frame.url(setting_up.standing(ports()).first_open))


@bp.get("/mailbox")
@needs(Level.HOUSE)
def mailbox() -> str:
    return _mailbox_page()


@bp.post("/mailbox")
@needs(Level.HOUSE)
def connect() -> Answer:
    written = request.form.get("address", "")
    try:
        address = read_address(written)
        url = connecting.begin_for_browser(ports(), address, mailboxes.way_back(), form_token())
    except (ValueError, InboxSLAError) as wrong:
        return _mailbox_page(str(wrong), written), 400
    session[mailboxes.SETTING_UP] = True
    return render_template("on_to_google.html", url=url, address=address)


def _mailbox_page(wrong: str = "", written: str = "") -> str:
    try:
        connecting.client(ports())
    except Misused:
        ready = False
    else:
        ready = True
    return frame.draw(
        "settings/start/mailbox.html",
        Step.MAILBOX,
        wrong=wrong,
        written=written,
        ready=ready,
        way_back=mailboxes.way_back(),
    )


@bp.route("/people", methods=["GET", "POST"])
@needs(Level.HOUSE)
def people() -> Answer:
    part = Crew(in_force.mailboxes_known(ports()))
    page = frame.page("settings/start/people.html", Step.PEOPLE, lambda _editing: {"most": MOST})
    here, at = who.present(), setting_up.standing(ports())
    answer = editor.run(part, page, _on_to(Step.HOURS), goes_on=True, open_too=_for_open_ones(at))
    if here is not None and here.viewer is None and isinstance(answer, Response):
        # The session of the setup link ends with the first admin, whom whoever has that link goes on as.
        return signing_in.entered(sign_in.go_on(ports(), who.agent()), str(answer.location))
    return answer


@bp.route("/hours", methods=["GET", "POST"])
@needs(Level.HOUSE)
def hours() -> Answer:
    at = setting_up.standing(ports())
    part = CalendarPart(at.calendar, now(), called=_("Office"), shows_effect=False)

    def values(editing: Editing) -> dict[str, object]:
        return {"looks": looks(editing.form.typed, now(), say()), "zones": zone_list.offered()}

    page = frame.page("settings/start/hours.html", Step.HOURS, values)
    return editor.run(
        part, page, _on_to(Step.PROMISES), calendars.obeying(part), goes_on=True, open_too=_for_open_ones(at)
    )


@bp.route("/promises", methods=["GET", "POST"])
@needs(Level.HOUSE)
def promises() -> Answer:
    at = setting_up.standing(ports())

    def values(editing: Editing) -> dict[str, object]:
        return {"paces": paces.PACES, "names": frame.PACE_NAMES, "examples": _examples(editing, at)}

    page = frame.page("settings/start/promises.html", Step.PROMISES, values)
    return editor.run(
        PacePart(at.calendar), page, _on_to(Step.ARCHIVING), _only_shown, goes_on=True, open_too=_for_open_ones(at)
    )


@bp.route("/archiving", methods=["GET", "POST"])
@needs(Level.HOUSE)
def archiving() -> Answer:
    at = setting_up.standing(ports())
    page = frame.page("settings/start/archiving.html", Step.ARCHIVING, lambda _editing: {})
    return editor.run(Archiving(), page, _on_to(Step.ALARMS), goes_on=True, open_too=_for_open_ones(at))


def _for_open_ones(at: Standing) -> bool | None:
    """Before anything is live nothing was promised to anybody: what was read so far gets the promises that are being made."""
    return None if at.live else True


@bp.route("/alarms", methods=["GET", "POST"])
@needs(Level.HOUSE)
def alarms() -> Answer:
    results: list[tuple[str, str]] = []
    wrong = ""
    if request.method == "POST":
        try:
            results = [(address, str(refused or "")) for address, refused in trial_mails.alarms(ports())]
        except InboxSLAError as refused:
            wrong = str(refused)
    smtp = ports().settings.smtp
    return frame.draw(
        "settings/start/alarms.html", Step.ALARMS, results=results, wrong=wrong, has_relay=bool(smtp.host), base=now()
    )


@bp.get("/live")
@needs(Level.HOUSE)
def live() -> str:
    return _live_page()


@bp.post("/live")
@needs(Level.HOUSE)
def go_live() -> Answer:
    wanted = request.form.get("mailbox", "")
    box = next((box for box in setting_up.standing(ports()).in_use if str(box.id) == wanted), None) or abort(404)
    try:
        setup.live(ports(), box.address, guards.actor())
    except InboxSLAError as wrong:
        return _live_page(str(wrong)), 409
    flash(_("%(address)s is live: labels are written and people are mailed from now on.", address=box.address))
    return redirect(frame.url(Step.LIVE), code=303)


@bp.get("/reached/<token>")
@needs(Level.PUBLIC)
def reached(token: str) -> Answer:
    """Says that a browser got here; whoever holds no such link learns nothing."""
    if not reaching.arrived(token, ports().settings):
        return render_template("settings/start/reached.html", arrived=False), 410
    return render_template("settings/start/reached.html", arrived=True, url=ports().settings.server.base_url)


def _live_page(wrong: str = "") -> str:
    at = setting_up.standing(ports())
    observed = [foreseen.foreseen(ports(), box.id, say(), limit=0) for box in at.connected if box.mode == "observed"]
    return frame.draw(
        "settings/start/live.html",
        Step.LIVE,
        at,
        wrong=wrong,
        observed=observed,
        address=reaching.address(ports().settings),
        panel=ports().settings.addon.is_on,
        way=ports().settings.push.way,
        base=now(),
    )


def _only_shown(typed: Typed, order: str) -> Typed | None:
    """A form without rows, whose examples follow what is typed."""
    return typed if order == "show" else None


def _on_to(step: Step) -> editor.After:
    return lambda _saved, _draft: url_for(f"start.{step.value}")


def _examples(editing: Editing, at: Standing) -> tuple[Example, ...]:
    typed = editing.form.typed
    return examples(paces.pace(typed.get("pace")), typed.get("own.normal"), at.hours, now(), say())
