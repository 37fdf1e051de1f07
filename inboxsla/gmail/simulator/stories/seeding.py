"""The mailbox as it stands when the demo starts: some fourteen threads of several ages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..letters import letter
from ..mailroom import Placed
from ..reading import thread
from ..store import Store
from . import hands
from .narrator import plan_ahead
from .texts import Person, texts

S = timedelta(seconds=1)
M = timedelta(minutes=1)
H = timedelta(hours=1)


@dataclass(slots=True)
class _Past:
    """Writes the past of one mailbox; every moment is given as an age."""

    store: Store
    address: str
    now: datetime
    number: int = 82

    def asks(self, key: str, customer: str, age: timedelta) -> str:
        story, who = texts().story(key), texts().customer(customer)
        if story is None:
            raise KeyError(key)
        placed = hands.opens(self.store, self.address, story, who, self.number, self.now - age)
        self.number += 3
        return placed.thread_id

    def answers(self, thread_id: str, agent: int, age: timedelta, *, named: bool = True, text: str = "") -> Placed:
        return hands.answers(
            self.store, self.address, thread_id, texts().agents[agent], self.now - age, named=named, text=text
        )

    def writes_back(self, thread_id: str, age: timedelta, text: str = "") -> None:
        key = next(
            m.header(hands.MARK) for m in thread(self.store, self.address, thread_id) if m.header(hands.MARK)
        ).split()[0]
        story = texts().story(key)
        hands.writes_back(self.store, self.address, thread_id, text or (story.back if story else ""), self.now - age)


def seed(store: Store, address: str, now: datetime) -> None:
    """Fill an empty mailbox. One thread has then waited 165 s for its first answer and one 60 s.

    Nobody answers the first of them until four minutes after `now`, so that its reminders and its miss can be watched.
    """
    past = _Past(store, address, now)
    with store.database.writing():
        missing_refund = past.asks("refund", "zofia@rowery-nocne.example", 165 * S)
        late_parcel = past.asks("pt-atraso", "joao.araujo@pedal.example", 60 * S)
        written_back = _in_the_middle(past)
        bounced = _bounced(past)
        _older(past)
        _machines(past)
        _staff_start(past)
    plan_ahead(
        store,
        address,
        now,
        {
            missing_refund: now + 240 * S,
            late_parcel: now + 70 * S,
            written_back: now + 95 * S,
            bounced: now + 60 * S,
        },
    )


def _in_the_middle(past: _Past) -> str:
    """Answered, and the customer wrote back 200 s ago."""
    it = past.asks("he-charge", "dana@ofanaim.example", 40 * M)
    past.answers(it, 2, 38 * M)
    past.writes_back(it, 200 * S)
    return it


def _bounced(past: _Past) -> str:
    """Answered in time, but the answer never arrived."""
    it = past.asks("vi-ship", "lan.nguyen@xedap.example", 120 * S)
    past.answers(it, 3, 95 * S)
    hands.comes_back(past.store, past.address, it, past.now - 90 * S)
    return it


def _older(past: _Past) -> None:
    waiting = past.asks("export", "ngozi@lagosrides.example", 26 * M)
    past.answers(waiting, 0, 23 * M)

    solved = past.asks("ja-fit", "misaki.tanaka@hikari.example", 3 * H)
    past.answers(solved, 1, 3 * H - 3 * M)
    past.writes_back(solved, 2 * H + 50 * M)
    past.answers(solved, 1, 2 * H + 46 * M)
    past.store.archive(past.address, solved)

    yesterday = past.asks("cancel", "siobhan@rothar.example", 27 * H)
    past.answers(yesterday, 3, 26 * H)
    past.writes_back(yesterday, 26 * H - 9 * M, texts().thanks[1])
    past.store.archive(past.address, yesterday)

    away = past.asks("fleet", "bjorn@cykelbud.example", 55 * M)
    past.answers(away, 2, 52 * M)
    hands.is_away(past.store, past.address, away, past.now - 52 * M + 4 * S)

    long = past.asks("flicker", "kwame@accracycles.example", 49 * H)
    past.answers(long, 1, 49 * H - 3 * M)
    past.writes_back(long, 3 * H)
    past.answers(long, 1, 3 * H - 4 * M)
    past.writes_back(long, 90 * M, texts().film_question)
    past.answers(long, 0, 86 * M, text=texts().film_answer)

    unnamed = past.asks("law", "tomas@kolo.example", 75 * M)
    past.answers(unnamed, 0, 72 * M, named=False)

    own_address = past.asks("school", "aroha@hapuriders.example", 65 * M)
    _from_own_address(past, own_address, texts().agents[1], 62 * M)


def _from_own_address(past: _Past, thread_id: str, agent: Person, age: timedelta) -> None:
    """An agent answers from a mailbox of their own and keeps the shared address in copy."""
    question = thread(past.store, past.address, thread_id)[0]
    story = texts().story("school")
    raw = letter(
        sender=agent.header, to=question.facts.sender, subject=f"Re: {question.facts.subject}", at=past.now - age, answering=question.facts,
        text=(story.answer if story else "").format(first=hands.customer_of(past.address, [question]).first, agent=agent.name),
        headers={"Cc": past.address},
    )  # fmt: skip
    past.store.deliver(past.address, raw, at=past.now - age, labels=("INBOX",))


def _machines(past: _Past) -> None:
    letters = texts().machines
    hands.by_machine(past.store, past.address, letters[0], past.now - 50 * M)
    hands.by_machine(past.store, past.address, letters[2], past.now - 100 * M)


def _staff_start(past: _Past) -> None:
    """Priya wrote to a customer; nobody has answered yet. Kept in the inbox, as she does with what she waits for."""
    who, agent = texts().customer("giulia@biciclette.example"), texts().agents[2]
    text = texts().staff_text.format(first=who.first, agent=agent.name)
    placed = past.store.start_as(
        past.address, agent.address, who.header, texts().staff_subject, text, past.now - 35 * M
    )
    past.store.restore(past.address, placed.thread_id)
