"""A help desk to test with: the simulated Gmail over HTTP, the real client, a database, and a clock that tests move."""

from __future__ import annotations

import email
import email.policy
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from typing import Any

from sqlalchemy import select

from inboxsla.config import Settings
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline import Event, Kind
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Mailbox
from inboxsla.gmail.simulator import Placed, SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter
from inboxsla.services import assign, deliver, queries, runs, settle, setup, sync, ticking
from inboxsla.services.looking import look
from inboxsla.services.ports import Ports
from inboxsla.services.views import Board
from inboxsla.storage import envelopes, events, mailboxes, messages, tickets
from inboxsla.storage.database import Database
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.schema import outbox as outbox_table
from inboxsla.storage.tickets import TicketRow
from tests.lumen_velo import (
    ANA,
    CLAIRE,
    JONAS,
    KOFI,
    MORNING,
    NAMES,
    REFUND,
    SUPPORT,
    ZOFIA,
    Clock,
    NobodyRings,
    Notepad,
    settings,
)

__all__ = [
    "ANA",
    "CLAIRE",
    "JONAS",
    "KOFI",
    "MORNING",
    "NAMES",
    "REFUND",
    "SUPPORT",
    "ZOFIA",
    "Clock",
    "NobodyRings",
    "Notepad",
    "settings",
    "Desk",
    "a_desk",
]

_clients = threading.local()


@cache
def _usual() -> Settings:
    return settings()


class Desk:
    """One live mailbox. Methods named after what people do act in the simulated Gmail; the others run InboxSLA."""

    def __init__(
        self,
        database: Database,
        server: SimulatorServer,
        clock: Clock,
        chosen: Settings | None = None,
        *,
        live: bool = True,
        bell: NobodyRings | Notepad | None = None,
    ) -> None:
        self.database, self.server, self.clock = database, server, clock
        self.store, self.faults = server.store, server.faults
        self.bell = bell or Notepad()
        # Waits after failures are the same in every run.
        self.ports = Ports(chosen or _usual(), database, self.bell, clock, self.gmail, dice=lambda: 0.5)
        self.memory = ticking.Memory()
        setup.prepare(self.ports)
        self.id = self.mailbox.id
        if live:
            setup.live(self.ports, SUPPORT, "the tests")

    def gmail(self, address: str) -> Mailbox:
        """One client per thread, which keeps its connection open from one desk to the next."""
        mine: dict[str, Mailbox] = _clients.__dict__
        if self.server.url not in mine:
            mine[self.server.url] = GoogleMailbox(static_credentials(address), api_root=self.server.url, timeout=10)
        return mine[self.server.url]

    # What people do

    def writes(
        self, sender: str = ZOFIA, text: str = "Where is my refund?", subject: str = REFUND, **more: Any
    ) -> Placed:
        """A mail comes in; `headers` and `to` go on it, `labels`, `thread_id` and `at` say how it arrives."""
        where = {key: more.pop(key) for key in ("labels", "thread_id", "at") if key in more}
        name = NAMES.get(sender)
        raw = letter(
            sender=f"{name} <{sender}>" if name else sender,
            to=more.pop("to", SUPPORT),
            subject=subject,
            text=text,
            at=where.get("at", self.clock()),
            **more,
        )
        return self.store.deliver(SUPPORT, raw, **where)

    def writes_again(self, thread: str, sender: str = ZOFIA, text: str = "Any news?", **more: Any) -> Placed:
        return self.writes(sender, text, f"Re: {REFUND}", thread_id=thread, **more)

    def answers(self, thread: str, agent: str = ANA, text: str = "It is on its way.", **more: Any) -> Placed:
        return self.store.reply_as(SUPPORT, thread, agent, text, **more)

    def sends(
        self, to: str, text: str = "Hello", subject: str = REFUND, thread: str | None = None, **headers: str
    ) -> Placed:
        """Somebody sends exactly this from the mailbox."""
        raw = letter(sender=SUPPORT, to=to, subject=subject, text=text, at=self.clock(), headers=headers)
        return self.store.deliver(SUPPORT, raw, labels=("SENT",), thread_id=thread)

    def archives(self, thread: str) -> None:
        self.store.archive(SUPPORT, thread)

    # InboxSLA

    def sync(self) -> sync.Synced:
        return sync.sync(self.ports, self.id)

    def deliver(self) -> deliver.Delivered:
        return deliver.deliver(self.ports, self.id)

    def wake(self) -> list[int]:
        """Settle what is due by now, like a worker that was rung."""
        with self.database.write() as conn:
            due = [ticket_id for ticket_id, _ in tickets.claim_due(conn, self.clock(), 500)]
        settle.wake(self.ports, due)
        return due

    def catch_up(self) -> None:
        """Everything there is to do now: sync, hand out, settle, deliver, and the echo of our own labels."""
        self.sync()
        assign.drain(self.ports, self.id)
        self.wake()
        while self.deliver().more:
            pass
        self.sync()

    def later(self, **span: float) -> None:
        """Time passes, and everything due by then is done."""
        self.clock.forward(**span)
        self.catch_up()

    def tick(self) -> int:
        return ticking.tick(self.ports, self.memory)

    # What there is to see

    @property
    def mailbox(self) -> MailboxRow:
        with self.database.read() as conn:
            found = mailboxes.by_address(conn, "gmail", SUPPORT)
        assert found is not None
        return found

    def ticket(self, thread: str) -> TicketRow:
        found = self.find(thread)
        assert found is not None, "there is no ticket for this thread"
        return found

    def find(self, thread: str) -> TicketRow | None:
        with self.database.read() as conn:
            return tickets.by_thread(conn, self.id, thread)

    def view(self, thread: str) -> TicketView:
        with self.database.read() as conn:
            return look(conn, [self.ticket(thread)], self.clock())[0].view

    def events(self, thread: str) -> list[Event]:
        with self.database.read() as conn:
            return sorted(events.timeline(conn, self.ticket(thread).id), key=lambda event: event.order)

    def kinds(self, thread: str) -> list[Kind]:
        """What happened, without the reminder steps."""
        return [event.kind for event in self.events(thread) if event.kind is not Kind.STEP_TAKEN]

    def clocks(self, thread: str) -> dict[str, str]:
        """Metric to state, the newest clock of each."""
        return {clock.reading.metric.value: clock.reading.state.value for clock in self.view(thread).clocks}

    def kept(self, thread: str) -> list[MessageRow]:
        with self.database.read() as conn:
            return messages.of_thread(conn, self.id, thread)

    def count(self) -> int:
        with self.database.read() as conn:
            return tickets.count(conn)

    def owned_by(self, thread: str, person: str) -> None:
        """Give the ticket to somebody."""
        with self.database.write() as conn:
            row = tickets.by_thread(conn, self.id, thread)
            assert row is not None
            box = mailboxes.get(conn, self.id)
            assign.hand_over(conn, row, box, person, "asked", f"test:{row.version}", self.clock())

    def labels(self, thread: str) -> list[set[str]]:
        """Our labels on each message of the thread, oldest message first, as Gmail has them."""
        client = self.gmail(SUPPORT)
        names = {label.id: label.name for label in client.labels() if label.name.startswith("SLA/")}
        return [{names[x] for x in message.label_ids if x in names} for message in client.thread(thread).messages]

    def mails(self) -> list[EmailMessage]:
        """Our own mails in Gmail's SENT, oldest first."""
        with self.store.database.reading() as conn:
            rows = conn.execute(
                "SELECT raw FROM messages m WHERE EXISTS (SELECT 1 FROM message_labels l WHERE l.mailbox = m.mailbox "
                "AND l.message_id = m.id AND l.label_id = 'SENT') ORDER BY rowid"
            ).fetchall()
        parsed = [email.message_from_bytes(bytes(row["raw"]), policy=email.policy.default) for row in rows]
        return [each for each in parsed if each["X-InboxSLA-Id"]]

    def mailed(self) -> list[str]:
        """Whom we mailed, in order."""
        return [mail["To"].addresses[0].addr_spec for mail in self.mails()]

    def outbox(self) -> Counter[str]:
        with self.database.read() as conn:
            return Counter(conn.execute(select(outbox_table.c.state)).scalars())

    def envelopes(self) -> list[envelopes.Envelope]:
        with self.database.read() as conn:
            return envelopes.newest(conn, 500)[::-1]

    @contextmanager
    def calls(self) -> Iterator[Counter[str]]:
        """Counts what is asked of Gmail inside the block, by method."""
        counted: Counter[str] = Counter()
        before = Counter(self.server.quota.report()["calls"])
        yield counted
        counted.update(Counter(self.server.quota.report()["calls"]) - before)

    def board(self, show: str = "all") -> Board:
        return queries.board(self.ports, show=show)

    def run(self, job: str) -> None:
        runs.RUNS[job](self.ports, [self.id])


@cache
def _gmail() -> SimulatorServer:
    """One server for all desks of this process, which take turns; starting one takes longer than most tests."""
    server = SimulatorServer(Store(":memory:", now=Clock(), seed=7))
    return server.__enter__()


@contextmanager
def a_desk(database: Database, chosen: Settings | None = None, **more: Any) -> Iterator[Desk]:
    """A desk with an empty mailbox. One at a time: they share their Gmail."""
    server, clock = _gmail(), Clock()
    store = server.store
    with store.database.writing() as conn:
        for table in ("mailboxes", "labels", "messages", "message_labels", "history", "notes"):
            conn.execute(f"DELETE FROM {table}")
    store.now, store.search_lag, store.dice = clock, timedelta(0), random.Random(7)
    server.reset()
    store.add_mailbox(SUPPORT, aliases=["help@lumenvelo.example"])
    yield Desk(database, server, clock, chosen, **more)
