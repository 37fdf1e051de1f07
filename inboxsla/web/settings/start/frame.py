"""What every step of setting up has around it: the list of steps with what was chosen, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import LazyString, lazy_gettext, ngettext
from flask_babel import gettext as _

from inboxsla.config.document import kinds
from inboxsla.services import setting_up
from inboxsla.services.setting_up import Standing, Step
from inboxsla.web.context import ports
from inboxsla.web.settings.calendar.week import week
from inboxsla.web.settings.editor import Editing

_NAMES: Mapping[Step, LazyString] = {
    Step.MAILBOX: lazy_gettext("Mailbox"),
    Step.PEOPLE: lazy_gettext("People"),
    Step.HOURS: lazy_gettext("Opening hours"),
    Step.PROMISES: lazy_gettext("Promises"),
    Step.ARCHIVING: lazy_gettext("Archiving"),
    Step.ALARMS: lazy_gettext("Second alarm route"),
    Step.LIVE: lazy_gettext("Observe, then go live"),
}
_ON_TO: Mapping[Step, LazyString] = {
    Step.PEOPLE: lazy_gettext("Continue to people"),
    Step.HOURS: lazy_gettext("Continue to opening hours"),
    Step.PROMISES: lazy_gettext("Continue to promises"),
    Step.ARCHIVING: lazy_gettext("Continue to archiving"),
    Step.ALARMS: lazy_gettext("Continue to the second alarm route"),
    Step.LIVE: lazy_gettext("Continue to going live"),
}
# How long a step takes somebody who knows the answers.
_SECONDS: Mapping[Step, int] = {
    Step.MAILBOX: 60,
    Step.PEOPLE: 60,
    Step.HOURS: 60,
    Step.PROMISES: 30,
    Step.ARCHIVING: 15,
    Step.ALARMS: 45,
    Step.LIVE: 30,
}
PACE_NAMES: Mapping[str, LazyString] = {
    "standard": lazy_gettext("Standard"),
    "unhurried": lazy_gettext("Unhurried"),
    "always": lazy_gettext("Around the clock"),
    "own": lazy_gettext("Our own times"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A step in the list; `chosen` says what is there already, "" for nothing."""

    number: int
    name: str
    url: str
    chosen: str
    is_here: bool
    is_done: bool


@dataclass(frozen=True, slots=True)
class Frame:
    step: Step
    steps: tuple[Listed, ...]
    left: str
    back: str
    onward: str
    on_to: str
    nothing_mailed: bool

    @property
    def number(self) -> int:
        return list(Step).index(self.step) + 1


def frame(step: Step, at: Standing) -> Frame:
    order = list(Step)
    nth = order.index(step)
    minutes = -(-sum(_SECONDS[each] for each in order[nth:]) // 60)
    after = order[nth + 1] if step is not Step.LIVE else None
    return Frame(
        step,
        tuple(_listed(each, at, each is step) for each in order),
        ngettext("about %(num)d minute left", "about %(num)d minutes left", minutes),
        url(order[nth - 1]) if nth else "",
        url(after) if after else "",
        str(_ON_TO[after]) if after else "",
        not at.live,
    )


def draw(template: str, step: Step, at: Standing | None = None, **values: Any) -> str:
    """A step without a form of the configuration."""
    standing = at or setting_up.standing(ports())
    return render_template(template, frame=frame(step, standing), at=standing, **values)


def page(template: str, step: Step, values: Callable[[Editing], Mapping[str, Any]]) -> Callable[[Editing], str]:
    """What draws a step that edits a part of the configuration."""
    return lambda editing: draw(template, step, editing=editing, form=editing.form, **values(editing))


def url(step: Step) -> str:
    return url_for(f"start.{step.value}")


def chosen(step: Step, at: Standing) -> str:
    """What is there already, in a few words."""
    match step:
        case Step.MAILBOX:
            return _some([box.address for box in at.connected])
        case Step.PEOPLE:
            return str(ngettext("%(num)d person", "%(num)d people", len(at.people))) if at.people else ""
        case Step.HOURS:
            if at.hours is None:
                return ""
            return str(_("%(name)s, %(hours)s h a week", name=at.calendar, hours=week(at.hours.hours).hours))
        case Step.PROMISES:
            return promised(at)
        case Step.ARCHIVING:
            return str(_("Archiving solves") if at.policy.archiving_solves else _("Archiving changes nothing"))
        case Step.ALARMS:
            if at.route.way is None:
                return ""
            return str(_("Tested") if at.route.worked else _("Set, not tested yet"))
        case Step.LIVE:
            return _some([box.address for box in at.live])


def promised(at: Standing) -> str:
    """“First answer within 8h”, for a mail of normal priority."""
    target = at.policy.targets.first_response
    length = target.lengths.get("normal") if target else None
    if length is None:
        return at.policy.name
    words = str(_("First answer within %(length)s", length=length))
    return f"{words}, {_('around the clock')}" if at.policy.calendar == kinds.ALWAYS else words


def _some(addresses: list[str]) -> str:
    return addresses[0] + (f" +{len(addresses) - 1}" if len(addresses) > 1 else "") if addresses else ""


def _listed(step: Step, at: Standing, is_here: bool) -> Listed:
    number = list(Step).index(step) + 1
    has = at.has(step)
    return Listed(number, str(_NAMES[step]), url(step), chosen(step, at) if has else "", is_here, has)
