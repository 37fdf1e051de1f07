"""The sentences of a mail: its subject, why somebody gets it, and what happens next. Pure; texts go through `say`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.clock import ClockReading, State, Urgency
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import Speech, came_back
from inboxsla.domain.step_words import STEP_WORDS
from inboxsla.domain.ticket_view import METRIC_WORDS, TicketView, time_left
from inboxsla.domain.timeline import Metric
from inboxsla.notify.news import closing_head
from inboxsla.notify.notice import Told
from inboxsla.notify.plain import cut, display_name, isolated, one_line

LONGEST_SUBJECT = 150
_MINUTE = timedelta(minutes=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_NOT_SENT = "You get this because you answered a mail of InboxSLA."
_PROPOSAL = "You get this because your out-of-office answered a reminder of InboxSLA."
_WHY = {
    Told.REMIND_OWNER: "You get this because you own the ticket.",
    Told.NOTIFY_OWNER: "You get this because you own the ticket.",
    Told.NOTIFY_TEAM: "You get this because you are in the team it belongs to.",
    Told.NOTIFY_LEAD: "You get this because you lead this mailbox.",
    Told.NOTIFY_ON_DUTY_LEAD: "You get this because you are the lead on duty.",
    Told.NOTIFY_PERSON: "You get this because the reminder step names you.",
    Told.WARN_CLOSING: "You get this because you own the ticket, and it will close by itself.",
    Told.TELL_REFUSED: "You get this because something asked for by a label could not be done.",
    Told.TELL_MENTIONED: "You get this because a colleague mentioned you in a note.",
    Told.TELL_ESCALATED: "You get this because somebody escalated the ticket.",
    Told.TELL_NOT_SENT: _NOT_SENT,
    Told.PROPOSE_ABSENCE: _PROPOSAL,
    Told.TELL_HANDED_OVER: "You get this because a colleague handed the ticket to you.",
    Told.REASSIGNED_TO_YOU: "You get this because the ticket was handed to you.",
    Told.REASSIGNED_FROM_YOU: "You get this because the ticket was yours until now.",
}
_WHY_WITH_SHARE = {
    Told.REMIND_OWNER: "You get this because you own the ticket (%(share)s).",
    Told.NOTIFY_OWNER: "You get this because you own the ticket (%(share)s).",
    Told.NOTIFY_TEAM: "You get this because you are in the team it belongs to (%(share)s).",
    Told.NOTIFY_LEAD: "You get this because you lead this mailbox (%(share)s).",
    Told.NOTIFY_ON_DUTY_LEAD: "You get this because you are the lead on duty (%(share)s).",
    Told.NOTIFY_PERSON: "You get this because the reminder step names you (%(share)s).",
    Told.WARN_CLOSING: "You get this because you own the ticket, and it will close by itself (%(share)s).",
    Told.TELL_REFUSED: "You get this because something asked for by a label could not be done (%(share)s).",
    Told.TELL_MENTIONED: "You get this because a colleague mentioned you in a note (%(share)s).",
    Told.TELL_ESCALATED: "You get this because somebody escalated the ticket (%(share)s).",
    Told.TELL_NOT_SENT: _NOT_SENT,
    Told.PROPOSE_ABSENCE: _PROPOSAL,
    Told.TELL_HANDED_OVER: "You get this because a colleague handed the ticket to you (%(share)s).",
    Told.REASSIGNED_TO_YOU: "You get this because the ticket was handed to you (%(share)s).",
    Told.REASSIGNED_FROM_YOU: "You get this because the ticket was yours until now (%(share)s).",
}
_NOTHING_MORE = {
    Metric.FIRST_RESPONSE: "No further reminder comes for this timer; it stops when the customer gets an answer.",
    Metric.NEXT_RESPONSE: "No further reminder comes for this timer; it stops when the customer gets an answer.",
    Metric.RESOLUTION: "No further reminder comes for this timer; it stops when the ticket is solved.",
    Metric.UPDATE: "No further reminder comes for this timer; it stops when the customer hears from somebody.",
}


def subject_of(view: TicketView, say: Speech) -> str:
    """The ticket's subject on one line, or words for having none."""
    return one_line(view.subject) or say.text("(no subject)")


def requester_of(view: TicketView) -> str:
    """The requester's name on one line, or the address where there is no name."""
    return one_line(view.requester_name) or one_line(view.requester)


def promise_words(view: TicketView, say: Speech) -> str:
    """Which timer the time left belongs to and when it is due: "First response is due at 11:30 CET"."""
    if view.worst is None:
        return ""
    clock, timer = view.worst.reading, say.text(view.worst.name)
    if clock.due_at is None or not (clock.breached or say.same_day(clock.due_at, view.now)):
        if clock.state is State.RUNNING and clock.due_at is not None and not view.worst.always_open:
            length = say.length(clock.left, business_day=clock.business_day)
            return say.text("%(timer)s, %(length)s of opening hours left", timer=timer, length=length)
        return say.text("%(timer)s, %(left)s", timer=timer, left=time_left(view, say).detail)
    when = say.moment(clock.due_at, view.now)
    if not say.same_day(clock.due_at, view.now):
        return say.text("%(timer)s was due %(when)s", timer=timer, when=when)
    if clock.breached:
        return say.text("%(timer)s was due at %(when)s", timer=timer, when=when)
    return say.text("%(timer)s is due at %(when)s", timer=timer, when=when)


def promise_day(view: TicketView, zone: str, say: Speech) -> str:
    """The day that `promise_words` leaves out because it is today: "Tuesday 24 November"; otherwise empty.

    A mail may be read later than it is written. `zone` is an IANA zone.
    """
    due = view.worst.reading.due_at if view.worst else None
    if due is None or not say.same_day(due, view.now):
        return ""
    return day_words(due.astimezone(ZoneInfo(zone)).date(), say)


def day_words(day: date, say: Speech) -> str:
    """ "Tuesday 24 November"."""
    weekday, month = say.text(_WEEKDAYS[day.weekday()]), say.text(_MONTHS[day.month - 1])
    return say.text("%(weekday)s %(day)s %(month)s", weekday=weekday, day=day.day, month=month)


def came_back_title(times: int, say: Speech) -> str:
    if times == 1:
        return say.text("Customer came back")
    return say.text("Customer came back %(count)s times", count=times)


def subject_line(view: TicketView, do: Told, say: Speech, *, reopened: int = 0) -> str:
    """The subject of a mail about one ticket, at most 150 characters: how much time, which ticket, who asks.

    `reopened` is how often the customer came back where the mail is about that; it comes first while no timer presses.
    """
    head, tail = _head_and_tail(view, do, say, reopened)
    who = f" ({isolated(cut(requester_of(view), 40))})"
    room = LONGEST_SUBJECT - len(head) - len(who) - len(tail) - len(": \u2068\u2069")
    return f"{head}: {isolated(cut(subject_of(view, say), room))}{who}{tail}"


def headline(view: TicketView, do: Told, say: Speech, *, reopened: int = 0) -> str:
    """What is new, without the ticket: "Yours now · Due in 20 min"."""
    return "".join(_head_and_tail(view, do, say, reopened))


def _head_and_tail(view: TicketView, do: Told, say: Speech, reopened: int) -> tuple[str, str]:
    tail = ""
    if do in (Told.REASSIGNED_TO_YOU, Told.TELL_HANDED_OVER):
        head, tail = say.text("Yours now"), f" · {_time_words(view, say)}"
    elif do is Told.REASSIGNED_FROM_YOU:
        owner = display_name(view.owner_name or "") or say.text("somebody else")
        head = say.text("With %(name)s now", name=owner)
    elif do is Told.WARN_CLOSING:
        head = closing_head(view, say)
    elif do is Told.TELL_ESCALATED:
        head, tail = say.text("Escalated"), f" · {_time_words(view, say)}"
    elif do is Told.TELL_REFUSED:
        head = say.text("Not done")
    elif do is Told.TELL_NOT_SENT:
        head = say.text("Not sent to the customer")
    elif do is Told.TELL_MENTIONED:
        head = say.text("You are mentioned")
    elif do is Told.PROPOSE_ABSENCE:
        head = say.text("Are you away? You answered automatically")
    elif reopened and not _presses(view):
        head, tail = came_back_title(reopened, say), f" · {_time_words(view, say)}" if view.worst else ""
    else:
        head = _time_words(view, say)
    return head, tail


def _presses(view: TicketView) -> bool:
    return view.worst is not None and view.worst.reading.urgency in (Urgency.URGENT, Urgency.OVERDUE)


def _time_words(view: TicketView, say: Speech) -> str:
    head = time_left(view, say).head
    if view.worst is None or view.worst.reading.state is not State.RUNNING or view.worst.reading.due_at is None:
        return head
    clock, due = view.worst.reading, view.worst.reading.due_at
    if clock.breached:
        just_now = clock.late_by < _MINUTE
        return say.text("Was due %(when)s", when=say.moment(due, view.now)) if just_now else head
    if say.same_day(due, view.now):
        return say.text("Due in %(length)s", length=say.length(clock.left, business_day=clock.business_day))
    return head


_STANDING_IN = {
    True: ("You get this because nobody owns the ticket.", "You get this because nobody owns the ticket (%(share)s)."),
    False: ("You get this in place of the owner.", "You get this in place of the owner (%(share)s)."),
}


def why_words(
    view: TicketView,
    metric: Metric | None,
    percent: int,
    do: Told,
    say: Speech,
    *,
    reader: str = "",
    reopened: int = 0,
) -> str:
    """Why the reader gets this mail: "You get this because you own the ticket (75 % of 4 h is used)."

    `reader` is the address this is said to: somebody told as the owner without owning the ticket stands in for the owner.
    With `reopened` it is about how often the customer came back, and about no promise.
    """
    share = _share_words(view, metric, percent, say) if metric is not None else ""
    if reopened:
        share = came_back(reopened, say)
    if reader and reader != view.owner and do in (Told.REMIND_OWNER, Told.NOTIFY_OWNER):
        plain, with_share = _STANDING_IN[view.owner is None]
        return say.text(with_share, share=share) if share else say.text(plain)
    return say.text(_WHY_WITH_SHARE[do], share=share) if share else say.text(_WHY[do])


def skipped_words(view: TicketView, percent: int, say: Speech) -> str:
    """Why no reminder came before the one at `percent`, where one was left out because the promise is short; else empty."""
    steps = view.worst.steps if view.worst else ()
    under = next((step.skipped_under for step in steps if step.skipped_under and step.percent < percent), None)
    if under is None:
        return ""
    return say.text("Promises under %(length)s get no earlier reminder.", length=say.length(under))


def _share_words(view: TicketView, metric: Metric, percent: int, say: Speech) -> str:
    clock = _newest(view, metric)
    if clock is None:
        return ""
    target = say.length(clock.target, business_day=clock.business_day)
    values: dict[str, str | int] = {"percent": percent, "target": target}
    if view.worst is not None and view.worst.reading.metric is metric:
        return say.text("%(percent)s\u00a0%% of %(target)s is used", **values)
    timer = say.text(METRIC_WORDS[metric]).lower()
    return say.text("%(timer)s: %(percent)s\u00a0%% of %(target)s is used", timer=timer, **values)


def _newest(view: TicketView, metric: Metric) -> ClockReading | None:
    return next((clock.reading for clock in reversed(view.clocks) if clock.reading.metric is metric), None)


def next_words(view: TicketView, say: Speech, *, reader: str = "", leads: bool = False, lead_name: str = "") -> str:
    """What happens next if nobody acts: "At 11:30 CET Claire Dubois is told and the ticket goes to somebody else."

    `reader` is the address this is said to ("you are told" if it is the owner's); `leads` says that the reader is the lead.
    Tells the two next moments of the timer that presses most. Empty when no timer lives.
    """
    if view.worst is None:
        return ""
    if view.worst.reading.state is not State.RUNNING:
        return say.text("The timer stands still; nobody is told anything until it goes on.")
    coming: dict[str, tuple[datetime, set[Do]]] = {}
    for step in view.worst.steps:
        if step.instant is None or not step.comes(view.now):
            continue
        coming.setdefault(say.moment(step.instant, view.now), (step.instant, set()))[1].update(step.do)
    if not coming:
        return say.text(_NOTHING_MORE[view.worst.reading.metric])
    owner = _YOU if reader and reader == view.owner else display_name(view.owner_name or "")
    lead = _YOU if leads else display_name(lead_name) or say.text("the lead")
    next_two = [(when, at, _doings(do, owner, lead, say)) for when, (at, do) in list(coming.items())[:2]]
    if len(next_two) == 2 and next_two[0][2] == next_two[1][2]:
        (one, at, what), (other, _, _) = next_two
        both = say.text("%(one)s and %(other)s", one=one, other=other)
        return _at(both, at, what, view, say)
    return " ".join(_at(when, at, what, view, say) for when, at, what in next_two)


_YOU = "you"
_OTHER_DOINGS = {
    Do.NOTIFY_TEAM: STEP_WORDS[Do.NOTIFY_TEAM],
    Do.NOTIFY_ON_DUTY_LEAD: STEP_WORDS[Do.NOTIFY_ON_DUTY_LEAD],
    Do.NOTIFY_PERSON: "others are told",
    Do.RAISE_PRIORITY: STEP_WORDS[Do.RAISE_PRIORITY],
    Do.ADD_TAG: "a tag is added",
    Do.POST_WEBHOOK: "another system is told",
    Do.REASSIGN: STEP_WORDS[Do.REASSIGN],
}


def _at(when: str, at: datetime, what: str, view: TicketView, say: Speech) -> str:
    if say.same_day(at, view.now):
        return say.text("At %(when)s %(what)s.", when=when, what=what)
    return say.text("On %(when)s %(what)s.", when=when, what=what)


def _doings(do: set[Do], owner: str, lead: str, say: Speech) -> str:
    owner = owner or say.text("whoever owns the ticket")
    doings = []
    if Do.REMIND_OWNER in do:
        reminded = say.text("%(who)s is reminded", who=owner)
        doings.append(say.text("you are reminded") if owner == _YOU else reminded)
    told = dict.fromkeys(who for one, who in ((Do.NOTIFY_OWNER, owner), (Do.NOTIFY_LEAD, lead)) if one in do)
    if told:
        doings.append(_told(list(told), say))
    doings += [say.text(words) for one, words in _OTHER_DOINGS.items() if one in do]
    return say.text(" and ").join([", ".join(doings[:-1]), doings[-1]] if doings[2:] else doings)


def _told(who: Sequence[str], say: Speech) -> str:
    if len(who) == 2:
        you = [say.text("you") if one == _YOU else one for one in sorted(who, key=lambda one: one != _YOU)]
        return say.text("%(one)s and %(other)s are told", one=you[0], other=you[1])
    return say.text("you are told") if who[0] == _YOU else say.text("%(who)s is told", who=who[0])
