"""What a mail says to somebody who was mentioned in a note: by whom, and the note, unless it was erased meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import name_of
from inboxsla.notify.plain import cut, display_name, one_line
from inboxsla.storage import notes
from inboxsla.storage.notes import NoteRow
from inboxsla.storage.outbox import Owed

_BESIDE_MORE = 300


@dataclass(frozen=True, slots=True)
class Mention:
    """The newest note that mentions somebody, who reads it; `author` is a name on one line, empty where nobody knows."""

    author: str
    text: str

    def news(self, say: Speech) -> str:
        return say.text("%(who)s mentioned you in a note:", who=self.author or say.text("A colleague"))

    def why(self, say: Speech) -> str:
        if self.author:
            return say.text("You get this because %(who)s mentioned you in a note.", who=self.author)
        return say.text("You get this because a colleague mentioned you in a note.")

    def beside(self, say: Speech) -> str:
        """The news with the note, where the mail is about something weightier."""
        text = cut(one_line(self.text), _BESIDE_MORE)
        who = self.author or say.text("a colleague")
        return say.text("Besides, %(who)s mentioned you in a note: “%(text)s”", who=who, text=text)


def mentions(conn: Connection, acts: Iterable[Owed], names: Mapping[int, Mapping[str, str]]) -> dict[int, Mention]:
    """By ticket, for acts owed to one person. `names` are those of its mailbox, by ticket."""
    asked = {act.ticket_id: int(act.data["note"]) for act in sorted(acts, key=_id) if "note" in act.data}
    kept = notes.get(conn, list(asked.values())) if asked else {}
    found = ((ticket_id, kept.get(note_id)) for ticket_id, note_id in asked.items())
    return {ticket_id: _mention(note, names[ticket_id]) for ticket_id, note in found if note is not None}


def _mention(note: NoteRow, names: Mapping[str, str]) -> Mention:
    return Mention(display_name(name_of(note.author, names) or ""), note.text)


def _id(act: Owed) -> int:
    return act.id
