"""Notes that staff leave on a ticket for one another, and whom they mention: those get a mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.people import Person
from inboxsla.domain.ticket_view import name_of
from inboxsla.domain.timeline import Event, Kind
from inboxsla.domain.timeline_view import Quote
from inboxsla.services.doing import Done, Moment, Unclear, do, event_of
from inboxsla.services.ports import Ports
from inboxsla.storage import notes, people

LONGEST_NOTE = 10_000
# An at sign that does not belong to a mail address.
_MENTION = re.compile(r"(?<![\w.+-])@(?=[\w\"“])")
_GOES_ON = re.compile(r"\w|[.@-]\w")
_LONGEST_NAME = 320


@dataclass(frozen=True, slots=True)
class Note:
    """`who` is a name, None for somebody in the mailbox; `text` is as written: hostile, to be escaped wherever it appears."""

    id: int
    written_at: datetime
    who: str | None
    text: str


def note(ports: Ports, ticket_id: int, by: str | None, text: str, *, source: str | None = None) -> Done:
    """Keep a note, and owe a mail to everybody it mentions ("@Ana", "@Ana Ruiz", "@ana@example.org").

    The text is kept apart from the timeline. Raises Unclear at "text" for a mention of nobody, or of more than one.
    """
    said = text.strip()
    if not said:
        raise Unclear("text", "Write what the others should know.")
    if len(said) > LONGEST_NOTE:
        raise Unclear("text", f"A note has at most {LONGEST_NOTE:,} letters.")

    def tells(moment: Moment) -> Event:
        told = mentioned(said, people.of_mailbox(moment.conn, moment.mailbox.id))
        note_id = notes.add(moment.conn, moment.ticket.id, by, said, moment.now)
        others = [person.address for person in told if person.address != by]
        return event_of(moment, Kind.NOTED, by, where="desk", note=note_id, mentions=others)

    return do(ports, ticket_id, by, tells, source=source)


def newest(conn: Connection, ticket_id: int, names: Mapping[str, str], limit: int) -> tuple[Note, ...]:
    """The newest notes of a ticket, newest first. `names` maps a staff address to a name."""
    return tuple(
        Note(row.id, row.written_at, name_of(row.author, names), row.text)
        for row in notes.newest(conn, ticket_id, limit)
    )


def quotes(conn: Connection, ticket_id: int, timeline: Iterable[Event]) -> dict[str, Quote]:
    """The texts of a ticket's notes by the source of their event; what was erased is left out."""
    named = {
        event.source: event.data["note"] for event in timeline if event.kind is Kind.NOTED and "note" in event.data
    }
    kept = {row.id: row for row in notes.of_tickets(conn, [ticket_id]).get(ticket_id, ())} if named else {}
    return {source: Quote("", kept[note_id].text) for source, note_id in named.items() if note_id in kept}


def mentioned(text: str, staff: Iterable[Person]) -> list[Person]:
    """Whom a text mentions, in its order, each once. Raises Unclear at "text" where that cannot be told."""
    listed = list(staff)
    found: dict[str, Person] = {}
    for match in _MENTION.finditer(text):
        person = _named(text[match.end() : match.end() + _LONGEST_NAME], listed)
        found[person.address] = person
    return list(found.values())


def _named(rest: str, staff: list[Person]) -> Person:
    """Whom the text behind an at sign names: whoever has the longest name that it begins with."""
    folded, longest, meant = rest.casefold(), 0, list[Person]()
    for person in staff:
        for name in _names(person):
            if len(name) < longest or not folded.startswith(name) or _GOES_ON.match(folded, len(name)):
                continue
            if len(name) > longest:
                longest, meant = len(name), []
            if person not in meant:
                meant.append(person)
    if len(meant) == 1:
        return meant[0]
    word = rest.split()[0][:60]
    if meant:
        who = " or ".join(f"@{person.address}" for person in meant)
        raise Unclear("text", f"“@{word}” could be several people. Write {who}.")
    known = ", ".join(f"@{person.name or person.address}" for person in staff[:8])
    raise Unclear("text", f"“@{word}” is nobody on the people list. Known: {known or 'nobody yet'}.")


def _names(person: Person) -> Iterator[str]:
    """What they can be called, for comparing."""
    yield person.address.casefold()
    yield person.address.partition("@")[0].casefold()
    if person.name:
        yield person.name.casefold()
        yield person.name.split()[0].casefold()
