"""A mailbox with very many threads, made in a second or two."""

from __future__ import annotations

from datetime import datetime, timedelta

from . import mime
from .letters import letter
from .store import Store

NUMBER = "0000000"


def fill(store: Store, address: str, threads: int, *, newest: datetime, apart: timedelta) -> list[str]:
    """Threads of one customer mail each, `apart` from one another, the newest at `newest`; returns their ids, newest first.

    They lie in the inbox as if they had always been there: history does not speak of them.
    """
    raw = letter(
        sender="Kofi Mensah <kofi@customer.example>", to=address, subject=f"Order {NUMBER}", text="Where is it?", at=newest
    )  # fmt: skip
    facts = mime.facts(raw)
    ids = []
    rows = []
    for number in range(threads):
        ms = int((newest - number * apart).timestamp() * 1000)
        name = f"{number:07d}"
        ids.append(f"{ms << 20 | number & 0xFFFFF:016x}")
        changed = [text.replace(NUMBER, name) for text in (facts.snippet, facts.subject_key, facts.subject.casefold())]
        haystack = f"{facts.subject}\n{facts.sender}\n{facts.text}".casefold().replace(NUMBER, name)
        rows.append(
            (address, ids[-1], ids[-1], ms, ms, 1, raw.replace(NUMBER.encode(), name.encode()), changed[0])
            + (f"{name}@customer.example", *changed[1:], facts.sender.casefold(), address, haystack)
        )
    with store.database.writing() as conn:
        conn.executemany("INSERT INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
        conn.executemany("INSERT INTO message_labels VALUES (?,?,'INBOX')", [(address, each) for each in ids])
    return ids
