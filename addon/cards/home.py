"""The panel without a thread: my queue, what presses elsewhere, what is nobody's, today's figures, and search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from addon.cards.face import Face
from addon.cards.parts import (
    Json,
    bold,
    button,
    buttons,
    card,
    header,
    known_icon,
    line,
    paragraph,
    plain,
    safe,
    section,
    text_input,
)
from inboxsla.domain.clock import Urgency
from inboxsla.domain.ticket_view import STATUS_WORDS, URGENCY_WORDS
from inboxsla.services.panel_views import Home, QueueLine

NAME, FOUND = "home", "found"
SEARCH_FIELD = "words"


def home_card(home: Home, face: Face, *, notice: str = "", complaint: str = "", typed: str = "") -> Json:
    """`complaint` is what was wrong with `typed`, the words that were searched for."""
    figures = home.figures
    own = home.is_mailbox
    title = face.text("Open tickets") if own else face.text("My tickets")
    mine_count = figures.open if own else figures.mine
    said = ", ".join(home.mailboxes[:2]) + (" …" if len(home.mailboxes) > 2 else "")
    return card(
        NAME,
        header(
            face.text("%(count)s open, %(overdue)s overdue", count=figures.open, overdue=figures.overdue),
            said,
            face.disc("overdue" if figures.overdue else "met"),
            face.text("Overdue") if figures.overdue else face.text("Nothing overdue"),
        ),
        [
            section(*([line(bold(safe(notice)), icon=known_icon("PERSON"))] if notice else [])),
            section(*(line(safe(each), icon=known_icon("DESCRIPTION")) for each in home.trouble)),
            _list(face.text("%(title)s (%(count)s)", title=title, count=mine_count), home.mine, mine_count, home, face,
                  nothing=face.text("Nothing waits for you.")),
            _list(face.text("At risk with colleagues"), home.at_risk, len(home.at_risk), home, face),
            _list(face.text("Nobody's yet (%(count)s)", count=figures.nobodys), home.nobodys, figures.nobodys, home, face),
            section(_today(home, face), title=face.text("Today")),
            section(*_search(face, complaint, typed)),
            section(
                buttons(
                    button(face.text("All tickets"), face.page("/tickets")),
                    None if own else button(face.text("My absence"), face.show("absence")),
                )
            ),
        ],
    )  # fmt: skip


def _today(home: Home, face: Face) -> Json:
    figures = home.figures
    text = face.text("%(came)s came in, %(solved)s solved", came=figures.came_today, solved=figures.solved_today)
    bottom = face.text("%(due)s more fall due before midnight", due=figures.due_today)
    return line(safe(text), bottom=bottom, icon=known_icon("CLOCK"))


def _search(face: Face, complaint: str, typed: str) -> list[Json]:
    found = [] if not complaint else [paragraph(bold(safe(complaint)))]
    found.append(
        text_input(SEARCH_FIELD, face.text("Find a ticket"), value=typed, hint=face.text("Subject, name or address"))
    )
    row = buttons(button(face.text("Search"), face.show("search")))
    return [*found, *([row] if row else [])]


def _list(title: str, lines: Sequence[QueueLine], count: int, home: Home, face: Face, *, nothing: str = "") -> Json:
    if not lines:
        return section(paragraph(nothing), title=title) if nothing else section()
    more = count - len(lines)
    rest = paragraph(face.text("and %(count)s more", count=more)) if more > 0 else None
    return section(*(queue_line(each, home.now, face) for each in lines), rest, title=title)


def queue_line(each: QueueLine, now: datetime, face: Face) -> Json:
    """One ticket: its time first, then what it is about, who asks and whose it is. A click opens it."""
    word = face.text(URGENCY_WORDS[each.urgency])
    return line(
        safe(each.subject or face.text("(no subject)"), 90),
        top=f"{word} · {_when(each, now, face)}",
        bottom=" · ".join(filter(None, (plain(each.requester, 60), plain(each.owner_name, 40)))),
        icon=face.urgency(each.urgency),
        on_click=face.show("ticket", each.ticket_id),
    )


def _when(each: QueueLine, now: datetime, face: Face) -> str:
    if each.due_at is None:
        return face.text(STATUS_WORDS.get(each.status, each.status))
    sentence = "was due %(when)s" if each.urgency is Urgency.OVERDUE else "due %(when)s"
    return face.text(sentence, when=face.say.moment(each.due_at, now))


def found_card(words: str, found: Sequence[QueueLine], now: datetime, face: Face) -> Json:
    title = face.text("%(count)s found", count=len(found)) if found else face.text("Nothing found")
    nothing = face.text("No ticket you can see has these words in its subject or its requester's name or address.")
    return card(
        FOUND,
        header(title, f"“{words}”"),
        [
            section(*(queue_line(each, now, face) for each in found)) if found else section(paragraph(nothing)),
            section(*_search(face, "", words)),
        ],
    )
