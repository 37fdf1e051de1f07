"""An alarm turned into the words both parts of the mail show, in the order in which they show them. Pure; texts go through `say`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import NBSP, Speech
from inboxsla.notify.news import zone_words
from inboxsla.notify.notice import Alarm, Matter, Offer, Stands
from inboxsla.notify.plain import cut, one_line
from inboxsla.notify.sentences import LONGEST_SUBJECT, day_words

MOST = 20
# In these figures even the worst letters leave room to what Gmail cuts off, 102 kB. The board shows every word.
IN_FULL = 6
_LONGEST, _LONGEST_IN_SHORT = 800, 200
_LOOKS = {
    Stands.NEW: Urgency.OVERDUE,
    Stands.LASTING: Urgency.OVERDUE,
    Stands.OVER: Urgency.MET,
    Stands.SILENT: Urgency.NONE,
    Stands.TEST: Urgency.MET,
}
_WORDS = {
    Stands.NEW: "Alarm",
    Stands.LASTING: "Still so",
    Stands.OVER: "Over",
    Stands.SILENT: "Not seen again for a day",
    Stands.TEST: "Test",
}
_GOES_ON = frozenset({Stands.NEW, Stands.LASTING})


@dataclass(frozen=True, slots=True)
class AlarmBlock:
    """One matter in full: `head`, `word` and `promise` stand in the band, as those of a ticket do."""

    urgency: Urgency
    head: str
    word: str
    promise: str
    text: str
    what_next: str
    page: Offer | None
    alt: str
    day: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One matter in one line."""

    urgency: Urgency
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """The whole mail in words. `title` and `counts` are said only for several matters; `rest` are those in one line each, and
    `more` is how many are left out. `offer` is the one button; with `linked` False it is said in words where it leads.
    """

    subject: str
    preheader: str
    title: str
    counts: str
    blocks: tuple[AlarmBlock, ...]
    rest: tuple[AlarmRow, ...]
    more: int
    offer: Offer | None
    linked: bool
    why: str
    footer: tuple[str, ...]

    @property
    def urgencies(self) -> tuple[Urgency, ...]:
        """Those whose colours the mail shows."""
        return tuple(dict.fromkeys([*(block.urgency for block in self.blocks), *(row.urgency for row in self.rest)]))


def alarm_page(what: Alarm, token: str, say: Speech) -> AlarmPage:
    """Raises ValueError for an alarm that tells nothing."""
    if not what.matters:
        raise ValueError("an alarm needs something to tell")
    several = len(what.matters) > 1
    at_length = [each for each in what.matters if not several or each.stands in _GOES_ON]
    full = at_length[:IN_FULL]
    short = [*at_length[IN_FULL:], *(each for each in what.matters if several and each.stands not in _GOES_ON)]
    listed = short[: MOST - len(full)]
    blocks = tuple(_block(each, what, say) for each in full)
    title, counts = _title(what.matters, say) if several else ("", "")
    return AlarmPage(
        subject=_subject(what.matters, say),
        preheader=_preheader(what.matters),
        title=title,
        counts=counts,
        blocks=blocks,
        rest=tuple(_row(each, what, say) for each in listed),
        more=len(short) - len(listed),
        offer=what.board if several else blocks[0].page,
        linked=what.linked,
        why=one_line(what.why),
        footer=(
            zone_words(what.zone, say),
            say.text("InboxSLA for %(mailbox)s", mailbox=what.about or what.mailbox),
            say.text("Reference: %(token)s", token=token),
        ),
    )


def _subject(matters: Sequence[Matter], say: Speech) -> str:
    """What is said of the first, which is the weightiest; how many there are, where they are new."""
    first, fresh = matters[0], sum(each.stands is Stands.NEW for each in matters)
    if first.stands is Stands.TEST:
        return say.text("Test from InboxSLA")
    head = say.text("%(count)s alarms", count=fresh) if fresh > 1 else say.text(_WORDS[first.stands])
    return cut(f"{head}: {one_line(first.words)}", LONGEST_SUBJECT)


def _preheader(matters: Sequence[Matter]) -> str:
    if len(matters) == 1:
        return cut(one_line(matters[0].words), 110)
    return cut(" · ".join(dict.fromkeys(one_line(each.title) for each in matters)), 110)


# One, and several.
_COUNTED = {
    Stands.NEW: ("1 alarm", "%(count)s alarms"),
    Stands.LASTING: ("1 alarm is still so", "%(count)s alarms are still so"),
    Stands.OVER: ("1 alarm is over", "%(count)s alarms are over"),
    Stands.SILENT: ("1 alarm was not seen again for a day", "%(count)s alarms were not seen again for a day"),
}


def _title(matters: Sequence[Matter], say: Speech) -> tuple[str, str]:
    """ "2 alarms", and of the lighter ones "1 alarm is still so, 3 alarms are over"."""
    counted = {stands: sum(each.stands is stands for each in matters) for stands in _COUNTED}
    said = [
        say.text(one) if counted[stands] == 1 else say.text(more, count=counted[stands])
        for stands, (one, more) in _COUNTED.items()
        if counted[stands]
    ]
    return said[0], ", ".join(said[1:])


def _block(matter: Matter, what: Alarm, say: Speech) -> AlarmBlock:
    head, word, promise = _band(matter, what, say)
    words = cut(one_line(matter.words), _LONGEST)
    is_over = matter.stands is Stands.OVER
    return AlarmBlock(
        urgency=_LOOKS[matter.stands],
        head=head,
        word=word,
        promise=promise,
        text=say.text("You were told: %(words)s", words=words) if is_over else words,
        what_next=one_line(matter.what_next) if matter.stands in (*_GOES_ON, Stands.TEST) else "",
        # Where it could be mended asks for what nobody has to do any more.
        page=what.board if is_over else matter.page,
        alt=say.text(_WORDS[matter.stands]),
        day=_day(matter, what, say),
    )


def _day(matter: Matter, what: Alarm, say: Speech) -> str:
    """The day that the band leaves out because it is today: it may be read on another."""
    if matter.since is None or not say.same_day(matter.since, what.composed_at):
        return ""
    return day_words(matter.since.astimezone(ZoneInfo(what.zone)).date(), say)


def _band(matter: Matter, what: Alarm, say: Speech) -> tuple[str, str, str]:
    """What it is and since when; of what is over first that it is."""
    title = one_line(matter.title)
    if matter.stands is Stands.OVER:
        return say.text("It is over"), title, say.text("There is nothing more to do.")
    if matter.stands is Stands.SILENT:
        return say.text("Not seen again for a day"), title, say.text("It may be over; nobody said so.")
    if matter.stands is Stands.TEST:
        return title, say.text("Test"), say.text("Nothing is wrong.")
    since = say.text("Since %(when)s", when=say.moment(matter.since, what.composed_at)) if matter.since else ""
    return title, say.text(_WORDS[matter.stands]), since


def _row(matter: Matter, what: Alarm, say: Speech) -> AlarmRow:
    when = say.text(_WORDS[matter.stands])
    if matter.since:
        since = say.moment(matter.since, what.composed_at).replace(NBSP, " ")
        when = say.text("%(how)s since %(when)s", how=when, when=since)
    return AlarmRow(_LOOKS[matter.stands], when, cut(one_line(matter.words), _LONGEST_IN_SHORT))
