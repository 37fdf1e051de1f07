"""The card of an open thread that is a ticket."""

from __future__ import annotations

from addon.cards import clocks
from addon.cards.face import Face
from addon.cards.parts import (
    Json,
    bold,
    button,
    buttons,
    card,
    footer,
    header,
    known_icon,
    line,
    paragraph,
    plain,
    safe,
    section,
)
from inboxsla.domain.ticket_view import PRIORITY_WORDS, STATUS_WORDS
from inboxsla.domain.timeline import Status
from inboxsla.domain.timeline_view import Entry
from inboxsla.services.panel_views import Opened

NAME = "ticket"
_SHOWN_NOTES = 3
_SHOWN_ENTRIES = 8


def message_card(opened: Opened, face: Face, *, notice: str = "", undo: bool = False, gmail_url: str = "") -> Json:
    """A ticket in whatever state it is.

    `notice` is why the click before changed nothing; `undo` offers to take back what it did. `gmail_url` leads to the thread,
    where it is not open beside the card.
    """
    if opened.view.status == Status.NOT_A_TICKET.value:
        return no_ticket_card(opened, face, notice=notice)
    return card(
        NAME,
        clocks.head(opened, face),
        [
            section(*_news(opened, face, notice), _about(opened, face, gmail_url)),
            section(*_facts(opened, face)),
            section(_two_buttons(opened, face, undo=undo)),
            *_folded(opened, face),
        ],
        footer(_primary(opened, face), button(face.text("More"), face.show("more", opened.view.id))),
    )


def no_ticket_card(opened: Opened, face: Face, *, notice: str = "") -> Json:
    """A thread that a rule or a person called no ticket: why, and how to make it one."""
    view = opened.view
    why = view.rule_why or view.status_reason or _last_word(opened)
    text = face.text("Rule “%(rule)s” matched", rule=view.rule) if view.rule else face.text("Somebody said so")
    wakes = face.text(
        "If a person is waiting for an answer here, make it a ticket. Time then counts from the first message."
    )
    return card(
        NAME,
        header(face.text("Not a ticket"), face.text("No promise runs for this thread"), face.disc("none"),
               face.text("Not a ticket")),
        [
            section(*_news(opened, face, notice)),
            section(
                line(safe(text), top=face.text("Why"), bottom=why, icon=known_icon("DESCRIPTION")),
                paragraph(wakes),
                buttons(button(face.text("Make it a ticket"), face.act("make_ticket", view.id, opened.seen))),
            ),
            *_folded(opened, face),
        ],
    )  # fmt: skip


def _last_word(opened: Opened) -> str:
    """Who did what, of the newest entry."""
    if not opened.happened:
        return ""
    newest = opened.happened[0]
    return f"{newest.who} {newest.what}".strip()


def _news(opened: Opened, face: Face, notice: str) -> list[Json]:
    """What the reader must know before the rest: what their click did, and what this card may not know yet."""
    found = []
    if notice:
        head, _, rest = notice.partition(". ")
        found.append(line(bold(safe(head.rstrip(".") + ".")), bottom=rest, icon=known_icon("PERSON")))
    if opened.behind:
        behind = face.text("The newest mail of this thread has not been read yet. InboxSLA is fetching it now.")
        found.append(line(behind, icon=known_icon("CLOCK")))
    found += [line(safe(remark), icon=known_icon("DESCRIPTION")) for remark in opened.remarks]
    return found


def _about(opened: Opened, face: Face, gmail_url: str) -> Json | None:
    """Which thread this is, where none is open."""
    if not gmail_url:
        return None
    view = opened.view
    who = plain(view.requester_name or view.requester, 80)
    return line(
        safe(view.subject or face.text("(no subject)")),
        top=who,
        icon=known_icon("EMAIL"),
        button=button(face.text("Open"), {"openLink": {"url": gmail_url}}, face.text("Open in Gmail")),
    )


def _facts(opened: Opened, face: Face) -> list[Json | None]:
    view = opened.view
    first: list[Json | None]
    if view.status == Status.ON_HOLD.value:
        first = [clocks.when_it_resumes(opened, face) or clocks.next_step(opened, face), _held(opened, face)]
    else:
        first = [_escalated(opened, face), clocks.next_step(opened, face)]
    timers = clocks.others(view, face, most=3 if sum(one is not None for one in first) < 2 else 2)
    return [*first, *timers, owner(opened, face), status(opened, face)]


def _escalated(opened: Opened, face: Face) -> Json | None:
    entry = opened.escalated
    if entry is None:
        return None
    when = face.text("Escalated %(when)s", when=face.say.short(entry.at, opened.view.now))
    text = f"{entry.who} {entry.what}".strip()
    return line(safe(text), top=when, bottom=entry.so, icon=known_icon("MULTIPLE_PEOPLE"))


def _held(opened: Opened, face: Face) -> Json | None:
    view = opened.view
    if not view.status_reason:
        return None
    who = opened.held_by or face.text("somebody in the mailbox")
    when = face.say.short(opened.held_at, view.now) if opened.held_at else ""
    top = face.text("Put on hold by %(who)s, %(when)s", who=who, when=when) if when else face.text("On hold")
    return line(f"“{safe(view.status_reason)}”", top=top, icon=known_icon("DESCRIPTION"))


def owner(opened: Opened, face: Face) -> Json:
    """Whose ticket it is, and the click that changes it."""
    view = opened.view
    mine = view.owner is not None and view.owner == opened.reader
    name = face.text("You") if mine else view.owner_name or face.text("Nobody yet")
    if view.owner is None or "take" not in opened.can:
        words = face.text("Hand over") if view.owner is not None else face.text("Assign")
        click = face.show("hand_over", view.id)
    else:
        words, click = face.text("Take over"), face.act("take", view.id, opened.seen)
    team = face.text("Team %(team)s", team=view.team) if view.team and view.owner is None else ""
    return line(safe(name), top=face.text("Owner"), bottom=team, icon=known_icon("PERSON"), button=button(words, click))


def status(opened: Opened, face: Face) -> Json:
    view = opened.view
    words = face.text(STATUS_WORDS.get(view.status, view.status))
    priority = face.text(PRIORITY_WORDS.get(view.priority, view.priority))
    return line(
        safe(f"{words} · {priority}"),
        top=face.text("Status and priority"),
        bottom=" · ".join(view.tags),
        icon=known_icon("BOOKMARK"),
        button=button(face.text("Change"), face.show("priority", view.id)),
    )


def _is_over(opened: Opened) -> bool:
    return opened.view.status in (Status.SOLVED.value, Status.CLOSED.value)


def _primary(opened: Opened, face: Face) -> Json:
    """The one act that comes next: take, solve, resume or reopen."""
    view, seen = opened.view, opened.seen
    if _is_over(opened):
        return button(face.text("Reopen"), face.act("reopen", view.id, seen))
    if view.status == Status.ON_HOLD.value:
        return button(face.text("Resume now"), face.act("reopen", view.id, seen))
    if view.owner is None and "take" not in opened.can:
        return button(face.text("Assign"), face.show("hand_over", view.id))
    if view.owner is None:
        return button(face.text("Take it"), face.act("take", view.id, seen))
    return button(face.text("Solve"), face.act("solve", view.id, seen))


def _two_buttons(opened: Opened, face: Face, *, undo: bool) -> Json | None:
    view = opened.view
    note = button(face.text("Add note"), face.show("note", view.id))
    hold = button(face.text("On hold"), face.show("hold", view.id))
    if undo:
        return buttons(button(face.text("Undo"), face.act("undo", view.id, opened.seen)), note)
    if _is_over(opened):
        return buttons(note)
    if view.status == Status.ON_HOLD.value:
        return buttons(button(face.text("Change date"), face.show("hold", view.id)), note)
    waiting = button(face.text("Waiting on customer"), face.act("waiting", view.id, opened.seen))
    if view.owner == opened.reader and view.status == Status.OPEN.value:
        return buttons(waiting, hold)
    return buttons(hold, note)


def _folded(opened: Opened, face: Face) -> list[Json]:
    found = [clocks.why(opened, face)]
    if opened.notes_count:
        title = face.text("Notes (%(count)s)", count=opened.notes_count)
        entries = [entry_line(one, opened, face) for one in opened.notes[:_SHOWN_NOTES]]
        more = _all(opened, face) if opened.notes_count > _SHOWN_NOTES else None
        found.append(section(*entries, more, title=title, collapsed=True))
    if opened.happened_count:
        title = face.text("What happened (%(count)s)", count=opened.happened_count)
        entries = [entry_line(one, opened, face) for one in opened.happened[:_SHOWN_ENTRIES]]
        more = _all(opened, face) if opened.happened_count > _SHOWN_ENTRIES else None
        found.append(section(*entries, more, title=title, collapsed=True))
    return [one for one in found if one is not None]


def _all(opened: Opened, face: Face) -> Json | None:
    return buttons(button(face.text("Show everything"), face.show("timeline", opened.view.id)))


def entry_line(entry: Entry, opened: Opened, face: Face) -> Json:
    """One thing that happened: when, who did what, and what followed."""
    who = bold(safe(entry.who, 80)) + " " if entry.who else ""
    what = f"{who}{safe(entry.what, 300)}"
    if entry.quote:
        what += f"<br>“{safe(entry.quote, 280)}”"
    return line(what, top=face.say.moment(entry.at, opened.view.now), bottom=entry.so)
