"""What the narrator sees when it looks at the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..mime import person
from ..reading import Kept, threads
from ..store import Store
from .hands import MARK
from .texts import texts

VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class OpenThread:
    """One thread in the inbox. `owed`: a customer waits for an answer, since `since`; else `since` is the last message."""

    thread_id: str
    since: datetime
    owed: bool
    bounced: bool
    by_machine: bool
    questions: int
    by_visitor: bool
    story: str


def look(store: Store, address: str) -> list[OpenThread]:
    """The open threads, newest first."""
    return [_read(messages) for messages in threads(store, address, "INBOX", limit=200)]


def _read(messages: list[Kept]) -> OpenThread:
    since, owed, bounced, questions, human = messages[-1].at, False, False, 0, False
    staff = {agent.address for agent in texts().agents}
    marks = [mark for message in messages if (mark := message.header(MARK))]
    for message in messages:
        if "SENT" in message.labels or person(message.facts.sender)[1] in staff:
            owed, bounced, since, human = False, False, message.at, True
        elif message.header("X-Failed-Recipients"):
            owed, bounced, since = True, True, message.at
        elif "DRAFT" not in message.labels and not message.facts.automatic:
            since = since if owed else message.at
            owed, human, questions = True, True, questions + 1
    return OpenThread(
        messages[0].thread_id,
        since,
        owed,
        bounced,
        not human,
        questions,
        VISITOR in marks,
        marks[0].partition(" ")[0] if marks else "",
    )
