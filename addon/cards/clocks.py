"""Timers on a card: what the head says, a line for each of them, and why they are due when they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from addon.cards.face import Face
from addon.cards.parts import Json, bold, coloured, header, known_icon, line, paragraph, safe, section
from inboxsla.domain.clock import ClockReading, State, Urgency
from inboxsla.domain.policy import Do
from inboxsla.domain.ticket_view import (
    STATUS_WORDS,
    URGENCY_WORDS,
    ClockView,
    StepView,
    TicketView,
    TimeLeft,
    clock_time_left,
    how_it_ended,
    time_left,
)
from inboxsla.domain.timeline import Status
from inboxsla.services.panel_views import Opened
from inboxsla.why_words import why_words

LIVE = frozenset({State.RUNNING, State.PAUSED})
_LONGEST_SUBTITLE = 60
_ALARMING = {Urgency.URGENT: "#9C3606", Urgency.OVERDUE: "#A81D1A"}


def head(opened: Opened, face: Face) -> Json:
    """How much time there is, before everything else."""
    view = opened.view
    left = time_left(view, face.say)
    if view.status == Status.WAITING.value and view.worst is not None and view.worst.reading.state is State.PAUSED:
        left = TimeLeft(face.text(STATUS_WORDS[view.status]), left.detail)
    urgency = view.urgency
    word = face.text(URGENCY_WORDS[urgency])
    if urgency is Urgency.NONE:
        return header(left.head, left.detail, face.disc("none"), word)
    return header(left.head, f"{word} · {_told(view, left.detail, face)}", face.disc(urgency.value), word)


def _told(view: TicketView, detail: str, face: Face) -> str:
    if view.status == "on_hold" and view.status_reason:
        return view.status_reason
    if view.worst is None or view.worst.reading.breached or view.worst.reading.state is not State.RUNNING:
        return detail
    timer = face.text(view.worst.name).lower()
    due = view.worst.reading.due_at
    if due is not None and face.say.same_day(due, view.now):
        return face.text("%(timer)s %(due)s", timer=timer, due=detail)
    return face.text("%(timer)s · %(left)s", timer=timer, left=detail)


def next_step(opened: Opened, face: Face) -> Json | None:
    """The reminder that comes first, if nothing happens before it."""
    view = opened.view
    coming = [
        (step.instant, step)
        for clock in view.clocks
        if clock.reading.state is State.RUNNING
        for step in clock.steps
        if step.instant is not None and step.comes(view.now)
    ]
    if not coming:
        return None
    at, step = min(coming, key=lambda each: each[0])
    what = ", ".join(dict.fromkeys(_doing(do, step, opened, face) for do in step.do))
    text = face.text("%(when)s: %(what)s", when=face.say.short(at, view.now), what=what)
    return line(safe(text), top=face.text("Next reminder step"), icon=known_icon("CLOCK"))


def _doing(do: Do, step: StepView, opened: Opened, face: Face) -> str:
    view = opened.view
    owner = face.text("you") if view.owner == opened.reader else view.owner_name or face.text("the team")
    people = ", ".join(_called(each, opened, face) for each in step.step.targets(do))
    lead = _called(opened.leads[0], opened, face) if len(opened.leads) == 1 else face.text("the lead")
    sentence = {
        Do.REMIND_OWNER: "remind %(owner)s",
        Do.NOTIFY_OWNER: "tell %(owner)s",
        Do.NOTIFY_TEAM: "tell the team",
        Do.NOTIFY_LEAD: "tell %(lead)s",
        Do.NOTIFY_ON_DUTY_LEAD: "tell the lead on duty",
        Do.NOTIFY_PERSON: "tell %(people)s",
        Do.RAISE_PRIORITY: "raise the priority",
        Do.ADD_TAG: "add the tag %(people)s",
        Do.POST_WEBHOOK: "post to %(people)s",
        Do.REASSIGN: "hand over",
        Do.WARN_CLOSING: "warn %(owner)s that it will close",
        Do.TELL_ESCALATED: "tell owner and lead",
        Do.TELL_REFUSED: "tell %(owner)s",
    }[do]
    return face.text(sentence, owner=owner, people=people, lead=lead)


def _called(address: str, opened: Opened, face: Face) -> str:
    return face.text("you") if address == opened.reader else opened.names.get(address, address)


def others(view: TicketView, face: Face, most: int = 3) -> list[Json]:
    """The timers that the head does not speak of: those that live first, then how the newest ended."""
    shown = [clock for clock in view.clocks if clock is not view.worst]
    live = [clock for clock in shown if clock.reading.state in LIVE]
    ended = sorted((c for c in shown if c.reading.state not in LIVE), key=_ended_at, reverse=True)
    newest = {clock.reading.metric: clock for clock in reversed(ended)}
    running = {clock.reading.metric for clock in (*live, *([view.worst] if view.worst else []))}
    told = [clock for clock in newest.values() if clock.reading.metric not in running]
    if view.worst is None and ended:
        told = [clock for clock in told if clock.reading.metric is not _said_in_head(view)]
    return [_clock(clock, view, face) for clock in [*live, *told][:most]]


def _said_in_head(view: TicketView) -> object:
    done = [c.reading for c in view.clocks if c.reading.state in (State.MET, State.MISSED)]
    last = max(done, key=lambda c: (c.metric.value != "resolution", c.ended_at or c.started_at), default=None)
    return last.metric if last is not None else None


def _ended_at(clock: ClockView) -> datetime:
    return clock.reading.ended_at or clock.reading.started_at


def _clock(clock: ClockView, view: TicketView, face: Face) -> Json:
    reading, name = clock.reading, face.text(clock.name)
    if reading.state not in LIVE:
        ended = how_it_ended(reading, face.say)
        urgency = Urgency.MET if reading.state is State.MET else Urgency.NONE
        word = face.text("Met") if urgency is Urgency.MET else face.text("Missed")
        bottom = ended.detail if reading.state is State.CLOSED_WITHOUT_REPLY else f"{word} · {ended.detail}"
        return line(safe(ended.head), top=name, bottom=bottom, icon=face.urgency(urgency))
    left = clock_time_left(reading, view.now, face.say)
    word = face.text(URGENCY_WORDS[reading.urgency])
    if reading.state is State.PAUSED:
        return line(safe(left.detail), top=name, bottom=word, icon=face.urgency(reading.urgency))
    return line(
        _stressed(left.head, reading, face),
        top=name,
        bottom=f"{word} · {left.detail}",
        icon=face.urgency(reading.urgency),
    )


def _stressed(text: str, reading: ClockReading, face: Face) -> str:
    """Google's greys leave no colour that reads on light and dark, so only what presses has one, and a word beside it."""
    colour = _ALARMING.get(reading.urgency)
    if colour is None:
        return safe(text)
    return coloured(safe(text), colour) if face.rich else bold(safe(text))


def why(opened: Opened, face: Face, *, collapsed: bool = True) -> Json | None:
    """The promise in a sentence, then the time from its start to its due instant, piece by piece."""
    view = opened.view
    if view.worst is None:
        return None
    found = why_words(view.worst, view, face.say, view.now)
    if found is None:
        return None
    pieces = [
        line(safe(" ".join(filter(None, (piece.day, piece.hours)))), bottom=piece.what) for piece in found.pieces[:12]
    ]
    more = len(found.pieces) - 12
    rest = paragraph(face.text("… and %(count)s more spans on the ticket page", count=more)) if more > 0 else None
    policy = face.text("Policy: %(name)s, version %(version)s", name=view.policy_name, version=view.policy_version)
    rule = view.rule_why or (face.text("Rule “%(rule)s” chose it.", rule=view.rule) if view.rule else "")
    return section(
        paragraph(safe(found.sentence)),
        *pieces,
        rest,
        line(safe(policy), bottom=rule, icon=known_icon("DESCRIPTION")),
        title=found.title,
        collapsed=collapsed,
    )


def when_it_resumes(opened: Opened, face: Face) -> Json | None:
    """What is left, and when it goes on, of a ticket on hold."""
    view = opened.view
    if view.worst is None or view.worst.reading.state is not State.PAUSED:
        return None
    reading = view.worst.reading
    left = face.say.length(max(reading.left, timedelta()), business_day=reading.business_day)
    text = face.text("%(length)s left", length=left) if not reading.breached else face.text("It is overdue already")
    when = face.say.moment(view.hold_until, view.now) if view.hold_until is not None else ""
    bottom = when if opened.hold_keeps else face.text("%(when)s, or when the customer writes", when=when)
    return line(safe(text), top=face.text("When it resumes"), bottom=bottom, icon=known_icon("CLOCK"))
