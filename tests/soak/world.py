"""A desk that lives through a life, and what is left of it at the end, in a form in which two lives can be compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from inboxsla.gmail import labels
from inboxsla.gmail.simulator.faults import Fault
from inboxsla.services import runs
from inboxsla.storage.schema import envelopes, mailboxes, outbox, tickets
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk, settings
from tests.lumen_velo import Notepad
from tests.soak.life import Happening, What

# Due instants stay at least seven minutes away from the half hours at which people act: see `life.SLOT`.
PROMISES = {"first_response": "4h 10m", "next_response": "8h 12m", "resolution": "70h 12m"}
POLL = timedelta(minutes=5)
SETTINGS = {"policy": PROMISES, "sync": {"poll_every": "5m"}}
_AGENTS = (ANA, JONAS)
# What is asked for by labels; a hold would end as much later as it was learned of.
_ASKED = [
    *(name for what, name in labels.COMMANDS.items() if not what.startswith("hold")),
    labels.owner_key(CLAIRE),
    labels.owner_key(JONAS),
]
_WRONG = labels.NAMES["overdue"]
_SOON = timedelta(seconds=31)
_IDLE_POLL = timedelta(hours=4)
_SETTLES_WITHIN = timedelta(hours=2)


def _first(column: Any, *where: Any) -> Any:
    """The first instant to come in a column."""
    return select(func.min(column)).where(column > bindparam("now", type_=column.type), *where).scalar_subquery()


def _any(*where: Any) -> Any:
    return select(func.count()).where(*where).scalar_subquery()


_WAITING = outbox.c.state == "owed"
_UNSENT = envelopes.c.state.in_(("composed", "sending", "unknown"))
_NOW = bindparam("now", type_=outbox.c.not_before.type)
# One question, made once: what is to come, and whether something is owed that nothing to come tells of.
_TO_COME = select(
    _first(tickets.c.ring_at).label("rings"),
    _first(mailboxes.c.retry_after).label("waits"),
    _first(outbox.c.not_before, _WAITING).label("held"),
    _first(envelopes.c.try_after, _UNSENT).label("tried"),
    (
        _any(tickets.c.label_due)
        + _any(_WAITING, outbox.c.not_before <= _NOW)
        + _any(_UNSENT, envelopes.c.try_after <= _NOW)
    ).label("owing"),
    _any(envelopes.c.state != "sent").label("unsure"),
    select(mailboxes.c.history_id).scalar_subquery().label("history_id"),
)


@dataclass(slots=True)
class World:
    """`bad` throws the dice for bad days; None: every day is a good one."""

    desk: Desk
    bad: random.Random | None = None
    threads: dict[int, str] = field(default_factory=dict)
    newest: dict[int, str] = field(default_factory=dict)
    late: list[datetime] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)

    def live(self, life: Sequence[Happening], until: datetime) -> None:
        """Live through it, and then for some quiet hours in which everything that was put off comes right."""
        ahead = list(reversed(life))
        while self.desk.clock() < until:
            now = self._next(ahead, until)
            self.desk.clock.at = now
            while ahead and ahead[-1].at <= now:
                self._happens(ahead.pop())
            self._pushes_that_were_late(now)
            self._work()
        self.desk.faults.clear()
        self.bad = None
        for _ in range(int(_SETTLES_WITHIN / timedelta(minutes=10))):
            self.desk.clock.forward(minutes=10)
            self._work()

    def _next(self, ahead: Sequence[Happening], until: datetime) -> datetime:
        """The next instant at which anything may be to do. Polls that would find nothing new are left out, but for some."""
        now, desk = self.desk.clock(), self.desk
        with desk.database.read() as conn:
            row = conn.execute(_TO_COME, {"now": now}).one()
        unseen = desk.store.history_id(SUPPORT) > int(row.history_id or 0)
        poll = desk.memory.synced.get(desk.id, now) + (POLL if row.unsure or unseen else _IDLE_POLL)
        at = [until, poll, *self.late, *(one.at for one in ahead[-1:])]
        at += [found for found in (row.rings, row.waits, row.held, row.tried) if found is not None]
        if row.owing:
            at.append(now + _SOON)
        return max(min(at), now + timedelta(seconds=1))

    def _work(self) -> None:
        """The ticker's turn, and everybody it rings, until nobody is rung any more."""
        desk = self.desk
        assert isinstance(desk.bell, Notepad)
        desk.tick()
        while desk.bell.rung:
            rung, desk.bell.rung = list(dict.fromkeys(desk.bell.rung)), []
            for job, keys in rung:
                runs.RUNS[job](desk.ports, keys)

    # What happens in Gmail

    def _happens(self, one: Happening) -> None:
        self._acts(one)
        self._goes_wrong()
        self._push()

    def _acts(self, one: Happening) -> None:
        desk, number = self.desk, one.conversation
        customer, subject = f"customer{number}@people.example", f"Question {number} about my lamp"
        thread = self.threads.get(number, "")
        match one.what:
            case What.ASKS:
                placed = desk.writes(customer, "It does not shine any more.", subject)
                self.threads[number] = placed.thread_id
            case What.NUDGES:
                desk.writes(customer, "Is there any news on this?", f"Re: {subject}", thread_id=thread)
            case What.THANKS:
                desk.writes(customer, "Thanks!", f"Re: {subject}", thread_id=thread)
            case What.IS_AWAY:
                away = {"Auto-Submitted": "auto-replied"}
                desk.writes(customer, "I am on holiday.", f"Automatic reply: {subject}", thread_id=thread, headers=away)
            case What.ANSWERED:
                self.newest[number] = desk.answers(thread, _AGENTS[one.by], "Here is what to do.").message_id
            case What.BOUNCES:
                desk.store.bounce(SUPPORT, self.newest[number], customer, desk.clock())
            case What.DRAFTED:
                first = desk.store.autosave_draft(SUPPORT, "Dear", thread_id=thread)
                desk.store.autosave_draft(SUPPORT, "Dear customer", thread_id=thread, previous=first.message_id)
            case What.ARCHIVED:
                desk.archives(thread)
            case What.SPAM:
                desk.store.spam(SUPPORT, thread)
            case What.RESTORED:
                desk.store.restore(SUPPORT, thread)
            case What.COMMANDED:
                asked = _ASKED[(number + one.by) % len(_ASKED)]
                desk.store.relabel(SUPPORT, thread, add=[desk.mailbox.label_ids[asked]])
            case What.RELABELLED:
                ids = desk.mailbox.label_ids
                right = [ids[name] for name in labels.NAMES.values() if name != _WRONG]
                desk.store.relabel(SUPPORT, thread, add=[ids[_WRONG]], remove=right)

    def _push(self) -> None:
        """Google tells us, as a rule: some notices are lost, some late, some come twice."""
        dice, desk = self.bad, self.desk
        fate = dice.random() if dice else 1.0
        if fate < 0.25:
            self.struck["push lost"] += 1
        elif fate < 0.4:
            self.struck["push late"] += 1
            self.late.append(desk.clock() + timedelta(seconds=20 + int(fate * 200)))
        else:
            for _ in range(2 if fate < 0.5 else 1):
                desk.bell.ring("sync", [desk.id])

    def _pushes_that_were_late(self, now: datetime) -> None:
        for _ in [at for at in self.late if at <= now]:
            self.desk.bell.ring("sync", [self.desk.id])
        self.late = [at for at in self.late if at > now]

    def _goes_wrong(self) -> None:
        """One bad thing for the next calls of some kind."""
        if self.bad is None or self.bad.random() > 0.75:
            return
        name = self.bad.choice([*TROUBLES, "history expired"])
        self.struck[name] += 1
        if name == "history expired":
            self.desk.store.expire_history(SUPPORT)
            return
        fault = dict(TROUBLES[name])
        fault["method"] = self.bad.choice(_METHODS)
        fault["after"] = self.bad.choice((0, 0, 1, 3))
        self.desk.faults.plan(Fault(**fault))


_METHODS = (
    "*",
    "history.list",
    "messages.get",
    "threads.get",
    "threads.modify",
    "messages.send",
    "threads.list",
    "labels.*",
)
TROUBLES: dict[str, dict[str, Any]] = {
    "429": {"kind": "status", "code": 429, "reason": "rateLimitExceeded"},
    "429 with a time": {"kind": "status", "code": 429, "reason": "rateLimitExceeded", "retry_after": 40},
    "403 quota": {"kind": "status", "code": 403, "reason": "userRateLimitExceeded"},
    "500": {"kind": "status", "code": 500, "reason": "backendError"},
    "503, three times": {"kind": "status", "code": 503, "times": 3},
    "cut before": {"kind": "drop_before", "times": 2},
    "cut after": {"kind": "drop_after"},
    "slow": {"kind": "latency", "seconds": 0.02, "times": 3},
    "empty page": {"kind": "empty_page"},
}


def opened_settings() -> Any:
    return settings(**SETTINGS)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left at the end. Ids differ from life to life, so conversations are known by their number."""

    tickets: dict[int, dict[str, Any]]
    labels: dict[int, list[set[str]]]
    happened: dict[int, list[str]]
    promises: dict[int, list[tuple[str, str, bool]]]
    acts: Counter[tuple[int, str, str]]


_PROJECTED = ("status", "priority", "urgency", "breached", "owner", "subject", "requester", "label_wanted", "label_due")


def left(world: World) -> Left:
    desk = world.desk
    rows = {number: row for number, thread in world.threads.items() if (row := desk.find(thread)) is not None}
    numbers = {row.id: number for number, row in rows.items()}
    with desk.database.read() as conn:
        done = conn.execute(
            select(outbox.c.ticket_id, outbox.c.act, outbox.c.data).where(outbox.c.state == "done")
        ).all()
    return Left(
        tickets={number: {name: getattr(row, name) for name in _PROJECTED} for number, row in rows.items()},
        labels={number: desk.labels(world.threads[number]) for number in rows},
        happened={number: [kind.value for kind in desk.kinds(row.thread_id)] for number, row in rows.items()},
        promises={
            number: [
                (clock.reading.metric.value, clock.reading.state.value, clock.reading.breached)
                for clock in desk.view(row.thread_id).clocks
            ]
            for number, row in rows.items()
        },
        acts=Counter((numbers[ticket_id], act, str(data["step"])) for ticket_id, act, data in done),
    )
