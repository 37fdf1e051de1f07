"""What Gmail will not give us: one thread that cannot be read must hold up neither its neighbours nor the mailbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from inboxsla.errors import Refused, TooFast, TryLater
from inboxsla.gmail.port import Mailbox
from inboxsla.services.ports import Ports
from inboxsla.storage import records

T = TypeVar("T")
log = structlog.get_logger()

# Long enough for any outage of one thread that Google mends, short enough that the cursor stays young.
GIVE_UP_AFTER = timedelta(minutes=30)


class Asking:
    """Questions about single threads, during one sync of one mailbox."""

    def __init__(self, ports: Ports, gmail: Mailbox, mailbox_id: int) -> None:
        self._ports, self._gmail, self._mailbox_id = ports, gmail, mailbox_id
        self._put_off: TryLater | None = None
        self._threads_put_off: set[str] = set()

    def ask(self, thread_id: str, question: Callable[[], T]) -> T | None:
        """The answer; None if this one thread cannot be read, now or ever, while Gmail as a whole answers.

        Raises TryLater if Gmail as a whole does not answer, and AccessLost.
        """
        try:
            return question()
        except Refused as refused:
            self._keep_aside(thread_id, str(refused))
        except TooFast:
            raise
        except TryLater as later:
            # Raises TryLater itself if the trouble is not this thread's.
            self._gmail.profile()
            self._later(thread_id, later)
        return None

    @property
    def has_put_off(self) -> bool:
        return self._put_off is not None

    def was_put_off(self, thread_id: str) -> bool:
        """Whether it was asked for in vain, and shall be asked for again."""
        return thread_id in self._threads_put_off

    def finish(self) -> None:
        """Raises TryLater if a thread was put off: then the cursor must stay where it is."""
        if self._put_off is not None:
            raise self._put_off

    def _later(self, thread_id: str, later: TryLater) -> None:
        now = self._ports.now()
        key = f"thread/{self._mailbox_id}/{thread_id}"
        words = (
            f"Gmail does not let us read one thread ({later}). Its neighbours go on; we keep trying for half an hour."
        )
        with self._ports.db.write() as conn:
            records.alarm(conn, key, words, now, self._mailbox_id)
            since = records.alarm_since(conn, key) or now
        if now - since >= GIVE_UP_AFTER:
            self._keep_aside(thread_id, f"Gmail did not let us read it for half an hour ({later}).")
            return
        log.warning("thread put off", mailbox=self._mailbox_id, thread=thread_id)
        self._put_off = later
        self._threads_put_off.add(thread_id)

    def _keep_aside(self, thread_id: str, reason: str) -> None:
        log.warning("thread kept aside unread", mailbox=self._mailbox_id, thread=thread_id)
        with self._ports.db.write() as conn:
            records.keep_aside(conn, self._mailbox_id, f"thread {thread_id}", reason, self._ports.now())
