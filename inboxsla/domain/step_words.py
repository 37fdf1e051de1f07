"""Reminder steps in words: what they do, and where on a promise they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.decide import CLOSING
from inboxsla.domain.owed_courtesies import CUSTOMER
from inboxsla.domain.policy import Do, Step
from inboxsla.domain.returning import REOPENED
from inboxsla.domain.speech import Dated, Speech, came_back
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.domain.timeline import Event, Metric

STEP_WORDS = {
    Do.REMIND_OWNER: "the owner is reminded",
    Do.NOTIFY_OWNER: "the owner is told",
    Do.NOTIFY_TEAM: "the team is told",
    Do.NOTIFY_LEAD: "the lead is told",
    Do.NOTIFY_ON_DUTY_LEAD: "the lead on duty is told",
    Do.NOTIFY_PERSON: "a mail goes to %(people)s",
    Do.RAISE_PRIORITY: "the priority is raised",
    Do.ADD_TAG: "the tag %(people)s is added",
    Do.POST_WEBHOOK: "%(people)s is told by webhook",
    Do.REASSIGN: "the ticket goes to somebody else",
    Do.WARN_CLOSING: "the owner is told that the ticket will close",
    Do.TELL_ESCALATED: "owner and lead are told that the ticket was escalated",
    Do.TELL_REFUSED: "the owner is told what could not be done",
    Do.TELL_MENTIONED: "who was mentioned is told",
    Do.TELL_HANDED_OVER: "who it was handed to is told",
    Do.TELL_CUSTOMER: "the customer is told",
}


def step_plan(step: Step, say: Speech) -> str:
    """What a step will do, as a sentence without its full stop."""
    sentence = _doings(step, say)
    return sentence[:1].upper() + sentence[1:]


def _doings(step: Step, say: Speech) -> str:
    return ", ".join(say.text(STEP_WORDS[do], people=say.text(" and ").join(step.targets(do))) for do in step.do)


def step_place(data: Mapping[str, Any], say: Speech) -> str:
    """When a step of a STEP_TAKEN event comes: “75 % of first response”."""
    step = str(data["step"])
    if data["metric"] == CUSTOMER:
        return say.text(_NOTICE_PLACES[CustomerNotice(step)])
    if data["metric"] == CLOSING:
        return say.text("the ticket closes by itself if the customer stays silent")
    if data["metric"] == REOPENED:
        return came_back(int(data["cycle"]), say)
    if step.startswith("every "):
        every = timedelta(seconds=int(step.removeprefix("every ").rstrip("s")))
        return place(Metric(data["metric"]), 0, None, say, every=every)
    if step.endswith("%"):
        return place(Metric(data["metric"]), int(step.rstrip("%")), None, say)
    return place(Metric(data["metric"]), 0, timedelta(seconds=int(step.rstrip("s"))), say)


# What customers are told by themselves, and when: in lists, and with how many of them were told.
NOTICE_WORDS = {
    CustomerNotice.ACKNOWLEDGE: "by when a person answers",
    CustomerNotice.ON_HOLD: "until when it is on hold",
    CustomerNotice.STILL_WITH_US: "that it takes longer",
    CustomerNotice.CLOSING: "that it will close",
}
_NOTICE_PLACES = {
    CustomerNotice.ACKNOWLEDGE: "their message arrived",
    CustomerNotice.ON_HOLD: "it was put on hold",
    CustomerNotice.STILL_WITH_US: "nobody has answered, and little time is left",
    CustomerNotice.CLOSING: "the ticket closes by itself if the customer stays silent",
}


def would_have(data: Mapping[str, Any], say: Speech) -> str:
    """What an observed step would have done, as the words of a sentence; empty where that was not noted."""
    if data["metric"] == CUSTOMER and data.get("would"):
        return say.text("the customer is told %(what)s", what=say.text(NOTICE_WORDS[CustomerNotice(data["step"])]))
    known = {do.value: do for do in Do}
    do = tuple(known[name] for name in data.get("would", ()) if name in known)
    people, tags, hooks = (tuple(map(str, data.get(key, ()))) for key in ("notify", "tags", "webhooks"))
    return _doings(Step(None, do, notify=people, tags=tags, webhooks=hooks), say)


_TO_CUSTOMER = {
    CustomerNotice.ACKNOWLEDGE: "their message has arrived, and a person answers by %(when)s",
    CustomerNotice.ON_HOLD: "it is on hold until %(when)s",
    CustomerNotice.STILL_WITH_US: "it takes longer, and they hear from us by %(when)s",
    CustomerNotice.CLOSING: "it closes by itself on %(when)s if they stay silent",
}


def customer_told(event: Event, owner: str | None, say: Speech) -> str:
    """What a notice of ours said to the customer, as a sentence without its full stop."""
    data = event.data
    what = say.text(
        _TO_CUSTOMER[CustomerNotice(data["what"])],
        when=Dated(say).moment(datetime.fromisoformat(data["promise"]), event.happened_at),
    )
    if reason := data.get("reason"):
        what = f"{what} ({reason})"
    if owner is None:
        return say.text("The customer was told: %(what)s", what=what)
    return say.text("%(owner)s’s customer was told: %(what)s", owner=owner, what=what)


def too_short(under: timedelta, say: Speech) -> str:
    """Why an early reminder is skipped."""
    return say.text("the promise is shorter than %(length)s, so only the last reminder comes", length=say.length(under))


def place(
    metric: Metric, percent: int, offset: timedelta | None, say: Speech, *, every: timedelta | None = None
) -> str:
    """Where on a promise a step stands: at a percentage, or `offset` after it is due (before, if negative), or `every` so often."""
    promise = say.text(METRIC_WORDS[metric]).lower()
    if every is not None:
        repeats = "every %(length)s after %(promise)s was due, until somebody acts"
        return say.text(repeats, length=say.length(every), promise=promise)
    if offset is None:
        return say.text("%(percent)s %% of %(promise)s", percent=percent, promise=promise)
    length = say.length(abs(offset))
    if offset < timedelta():
        return say.text("%(length)s before %(promise)s is due", length=length, promise=promise)
    return say.text("%(length)s after %(promise)s was due", length=length, promise=promise)
