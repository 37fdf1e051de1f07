"""The mail in the morning: three lists, one line for each ticket. Values in, a letter out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from inboxsla.domain.clock import ClockReading, State, Urgency
from inboxsla.domain.speech import NBSP, Speech
from inboxsla.domain.ticket_view import TicketView, how_it_ended, time_left
from inboxsla.notify.news import zone_words
from inboxsla.notify.row import Row, row
from inboxsla.notify.sentences import day_words


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket. `missed` is the promise it is about where that was missed; then `view` may be over already."""

    view: TicketView
    gmail_url: str
    missed: ClockReading | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: its lines, and how many tickets there are in all."""

    lines: tuple[Line, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """One mail to one person. `since` is the date whose misses it tells, `yesterday` whether that is the day before `day`.

    `mailbox` is Reply-To, and From unless `sender` names another; `mailboxes` are those it is about. `stop_url` leads to where
    the mail is switched off, `choose_url` to what else can be chosen, `board_url` to all tickets. The rest as in `Notice`.
    """

    marker: str
    mailbox: str
    recipient: str
    recipient_name: str
    zone: str
    day: date
    since: date
    today: Listed
    risk: Listed
    missed: Listed
    composed_at: datetime
    mailboxes: tuple[str, ...]
    stop_url: str
    choose_url: str
    board_url: str
    sender_name: str = "InboxSLA"
    sender: str = ""

    def __bool__(self) -> bool:
        return bool(self.today.count or self.risk.count or self.missed.count)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]
    more: str


@dataclass(frozen=True, slots=True)
class DigestPage:
    """The whole mail in words, in the order in which both of its parts show them."""

    subject: str
    preheader: str
    title: str
    counts: str
    sections: tuple[Section, ...]
    why: str
    footer: tuple[str, ...]


def digest_page(digest: Digest, token: str, say: Speech) -> DigestPage:
    counts = _counts(digest, say)
    sections = tuple(
        _section(title, listed, digest, say)
        for title, listed in (
            (say.text("Due today"), digest.today),
            (say.text(_RISK_TITLES[_risk(digest.risk)]), digest.risk),
            (_missed_title(digest, say), digest.missed),
        )
        if listed.count
    )
    first = sections[0].rows[0] if sections and sections[0].rows else None
    return DigestPage(
        subject=say.text("Today: %(counts)s", counts=counts).replace(NBSP, " "),
        preheader=f"{first.when}: {first.subject}" if first else "",
        title=day_words(digest.day, say),
        counts=counts,
        sections=sections,
        why=say.text("You get this in the morning of each day you are on duty, if there is something to say."),
        footer=(
            say.text("Nobody reads answers to this mail."),
            zone_words(digest.zone, say),
            say.text("InboxSLA for %(mailbox)s", mailbox=", ".join(digest.mailboxes)),
            say.text("Reference: %(token)s", token=token),
        ),
    )


def _counts(digest: Digest, say: Speech) -> str:
    """ "3 due today, 1 at risk, 2 missed yesterday"; what there is none of is left out."""
    parts = (
        ("%(count)s due today", digest.today.count),
        (_RISKS[_risk(digest.risk)], digest.risk.count),
        (_MISSED[_is_yesterday(digest)], digest.missed.count),
    )
    when = day_words(digest.since, say).partition(" ")[0]
    return ", ".join(say.text(words, count=count, day=when) for words, count in parts if count)


_RISK_TITLES = {"overdue": "Overdue", "both": "Overdue or at risk", "risk": "At risk"}
_RISKS = {"overdue": "%(count)s overdue", "both": "%(count)s overdue or at risk", "risk": "%(count)s at risk"}


def _risk(listed: Listed) -> str:
    """What those in the list at risk are, which begins with the overdue ones: nobody is told that a missed promise is at risk."""
    late = [line.view.urgency is Urgency.OVERDUE for line in listed.lines]
    if not any(late):
        return "risk"
    return "overdue" if all(late) and listed.count == len(late) else "both"


_MISSED = {True: "%(count)s missed yesterday", False: "%(count)s missed since %(day)s"}


def _is_yesterday(digest: Digest) -> bool:
    return (digest.day - digest.since).days == 1


def _missed_title(digest: Digest, say: Speech) -> str:
    if _is_yesterday(digest):
        return say.text("Missed yesterday")
    return say.text("Missed since %(day)s", day=day_words(digest.since, say).partition(" ")[0])


def _section(title: str, listed: Listed, digest: Digest, say: Speech) -> Section:
    more = listed.count - len(listed.lines)
    words = say.text("and %(count)s more on the board", count=more) if more else ""
    return Section(title, tuple(_row(line, digest.recipient, say) for line in listed.lines), words)


def _row(line: Line, reader: str, say: Speech) -> Row:
    view = line.view
    if line.missed is not None:
        when, urgency = _missed_words(line.missed, view, say), Urgency.OVERDUE
    else:
        when, urgency = _when(view, say), view.urgency
    return row(view, when, urgency, line.gmail_url, reader, say)


def _when(view: TicketView, say: Speech) -> str:
    """How much time is left, after the time it is due today: whoever reads the list later in the morning reads that it is less."""
    head, clock = time_left(view, say).head, view.worst.reading if view.worst else None
    if clock is None or clock.state is not State.RUNNING or clock.breached or clock.due_at is None:
        return head
    due = say.moment(clock.due_at, view.now)
    return f"{due}, {head}" if say.same_day(clock.due_at, view.now) else head


def _missed_words(clock: ClockReading, view: TicketView, say: Speech) -> str:
    """ "Answered in 4 h 20 min, 20 min over"; or how late it is by now."""
    if clock.state in (State.RUNNING, State.PAUSED):
        return time_left(view, say).head
    ended = how_it_ended(clock, say)
    return f"{ended.head}, {ended.detail}"


def urgencies(sections: Sequence[Section]) -> tuple[Urgency, ...]:
    """Those whose colours the mail shows, with the neutral one of its band."""
    return tuple(dict.fromkeys([Urgency.NONE, *(row.urgency for section in sections for row in section.rows)]))
