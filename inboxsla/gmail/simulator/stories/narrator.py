"""What happens next in the demo's mailbox: customers write, agents answer and archive, now and then something goes wrong."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..reading import thread as messages_of
from ..store import Store
from . import hands
from .board import OpenThread, look
from .texts import texts

FEWEST, USUAL, MOST = 10, 13, 16
NEW_MAIL_EVERY = (25.0, 40.0)
QUICK, LATE, LATE_AGAIN = (20.0, 120.0), (195.0, 330.0), (280.0, 400.0)
VISITORS_WAIT = 360.0
ASLEEP_MS = 30_000
CATCH_UP = 55.0

Plan = dict[str, Any]


def _key(address: str) -> str:
    return f"narrator:{address}"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def plan_ahead(store: Store, address: str, now: datetime, answers: Mapping[str, datetime]) -> None:
    """Fix when agents answer these threads, before any narrator starts."""
    plans = {thread_id: {"act": "answer", "at": _ms(at)} for thread_id, at in answers.items()}
    store.remember(
        _key(address),
        {"turn": 0, "letters": 0, "last": _ms(now), "next_mail": _ms(now) + 20_000, "plans": plans, "bounced": False},
    )


class Narrator:
    """Call `tick(now)` every second or so. What it does depends on `seed`, on what it did before and on what it finds in the inbox.

    Its place is kept in the store. If it slept for more than half a minute, agents first answer within a minute whatever waited meanwhile.
    """

    def __init__(self, store: Store, address: str, now: datetime, seed: str = "lumen") -> None:
        self._store, self._address, self._seed = store, address, seed
        blank: dict[str, Any] = {
            "turn": 0,
            "letters": 0,
            "last": _ms(now),
            "next_mail": _ms(now) + 5_000,
            "plans": {},
            "bounced": False,
        }
        self._state = store.recall(_key(address)) or blank
        self._bounce_after = _ms(now + timedelta(minutes=4))
        self._history_id = -1
        self._open: list[OpenThread] = []
        if _ms(now) - self._state["last"] > ASLEEP_MS:
            self._wake_up(now)

    def tick(self, now: datetime) -> None:
        """Do all that is due by `now`; it gets `now` as its time."""
        self._look()
        self._make_plans(now)
        for thread_id, plan in sorted(self._plans.items(), key=lambda item: item[1]["at"]):
            if plan["at"] <= _ms(now):
                self._do(thread_id, self._plans.pop(thread_id), now)
        if self._state["next_mail"] <= _ms(now):
            self._new_mail(now)
        self._state["last"] = _ms(now)
        self._store.remember(_key(self._address), self._state)

    @property
    def _plans(self) -> dict[str, Plan]:
        plans: dict[str, Plan] = self._state["plans"]
        return plans

    def _dice(self) -> random.Random:
        self._state["turn"] += 1
        return random.Random(f"{self._seed}/{self._state['turn']}")

    def _wake_up(self, now: datetime) -> None:
        """The process was off: old plans are void, whoever waits is answered soon, one after the other."""
        self._state["plans"] = {}
        self._state["next_mail"] = _ms(now) + 20_000
        waiting = [thread for thread in look(self._store, self._address) if thread.owed]
        for place, thread in enumerate(reversed(waiting), start=1):
            self._plan(thread.thread_id, "answer", now, 3 + CATCH_UP * place / (len(waiting) + 1))

    def _look(self) -> None:
        if self._store.history_id(self._address) == self._history_id:
            return
        self._history_id = self._store.history_id(self._address)
        self._open = look(self._store, self._address)
        owed = {thread.thread_id: thread.owed for thread in self._open}
        for thread_id, plan in list(self._plans.items()):
            to_answer = plan["act"] in ("answer", "draft")
            if (thread_id not in owed and plan["act"] != "back") or (
                thread_id in owed and to_answer != owed[thread_id]
            ):
                del self._plans[thread_id]

    def _make_plans(self, now: datetime) -> None:
        for thread in self._open:
            if thread.thread_id not in self._plans:
                self._plan_for(thread, now)
        idle = [
            thread
            for thread in self._open
            if not thread.owed and self._plans[thread.thread_id]["act"] not in ("away", "bounce")
        ]
        surplus = len(self._open) - USUAL
        for thread in sorted(idle, key=lambda thread: thread.since)[: max(surplus, 0)]:
            soon = _ms(now) + 12_000
            plan = self._plans[thread.thread_id]
            if plan["act"] != "archive" or plan["at"] > soon:
                self._plan(thread.thread_id, "archive", now, 12)

    def _plan_for(self, thread: OpenThread, now: datetime) -> None:
        dice = self._dice()
        if thread.owed:
            late = dice.random() < 0.25
            wait = dice.uniform(
                *((LATE if thread.questions < 2 else LATE_AGAIN) if late and not thread.bounced else QUICK)
            )
            if thread.by_visitor:
                wait = VISITORS_WAIT
            left = max((thread.since + timedelta(seconds=wait) - now).total_seconds(), 3)
            self._plan(thread.thread_id, "draft" if dice.random() < 0.3 else "answer", now, left)
        elif (
            thread.by_machine
            or thread.by_visitor
            or thread.questions == 0
            or dice.random() < 0.5
            or thread.questions > 2
        ):
            self._plan(thread.thread_id, "archive", now, dice.uniform(120, 420))
        else:
            self._plan(thread.thread_id, "back", now, dice.uniform(60, 240))

    def _plan(self, thread_id: str, act: str, now: datetime, seconds: float, **more: Any) -> None:
        self._plans[thread_id] = {"act": act, "at": _ms(now) + int(seconds * 1000), **more}

    def _do(self, thread_id: str, plan: Plan, now: datetime) -> None:
        store, address, dice = self._store, self._address, self._dice()
        match plan["act"]:
            case "draft":
                draft = store.autosave_draft(address, "Hello", thread_id=thread_id)
                self._plan(thread_id, "answer", now, 5, draft=draft.message_id)
            case "answer":
                self._answer(thread_id, plan, now, dice)
            case "away":
                hands.is_away(store, address, thread_id, now)
            case "bounce":
                hands.comes_back(store, address, thread_id, now)
            case "back":
                self._write_back(thread_id, now, dice)
            case "archive" if len(self._open) > FEWEST:
                store.archive(address, thread_id)
                self._open = [thread for thread in self._open if thread.thread_id != thread_id]
                if dice.random() < 0.1 and not self._by_machine(thread_id):
                    self._plan(thread_id, "back", now, dice.uniform(60, 150))
            case _:
                self._plan(thread_id, "archive", now, 60)

    def _answer(self, thread_id: str, plan: Plan, now: datetime, dice: random.Random) -> None:
        if "draft" in plan:
            self._store.delete(self._address, plan["draft"])
        again = any(thread.thread_id == thread_id and thread.bounced for thread in self._open)
        agent = dice.choice(texts().agents)
        hands.answers(self._store, self._address, thread_id, agent, now, again=again, named=dice.random() > 0.1)
        if not self._state["bounced"] and _ms(now) >= self._bounce_after:
            self._state["bounced"] = True
            self._plan(thread_id, "bounce", now, 4)
        elif dice.random() < 0.1:
            self._plan(thread_id, "away", now, 5)

    def _write_back(self, thread_id: str, now: datetime, dice: random.Random) -> None:
        messages = messages_of(self._store, self._address, thread_id)
        mark = next((message.header(hands.MARK) for message in messages if message.header(hands.MARK)), "")
        story = texts().story(mark.partition(" ")[0])
        questions = sum(1 for message in messages if "SENT" not in message.labels)
        text = story.back if story and questions == 1 and dice.random() < 0.75 else dice.choice(texts().thanks)
        hands.writes_back(self._store, self._address, thread_id, text, now)

    def _by_machine(self, thread_id: str) -> bool:
        return not any(message.header(hands.MARK) for message in messages_of(self._store, self._address, thread_id))

    def _new_mail(self, now: datetime) -> None:
        dice = self._dice()
        self._state["next_mail"] = _ms(now) + int(dice.uniform(*NEW_MAIL_EVERY) * 1000)
        if len(self._open) >= MOST:
            return
        self._state["letters"] += 1
        letters = self._state["letters"]
        if letters % 12 == 7:
            hands.by_machine(self._store, self._address, dice.choice(texts().machines), now)
            return
        story, who = texts().pair(letters * 5, dice, {thread.story for thread in self._open})
        hands.opens(self._store, self._address, story, who, 120 + letters, now)
