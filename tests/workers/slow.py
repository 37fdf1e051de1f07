"""Jobs for the tests that last longer than jobs do."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inboxsla.services import ingest
from inboxsla.storage import mailboxes
from workers import jobs, process


def sync(mailbox_ids: Sequence[int]) -> None:
    """Meets a message which takes longer to read than a job may last.

    The worker answers what comes after it in the same process, so what is replaced here is put back.
    """

    def endless(*_: Any, **__: Any) -> Any:
        threading.Event().wait(60)

    real = ingest.from_gmail  # type: ignore[attr-defined]
    ingest.from_gmail = endless  # type: ignore[attr-defined]
    try:
        jobs.sync(mailbox_ids)
    finally:
        ingest.from_gmail = real  # type: ignore[attr-defined]


def in_the_middle_of_writing(mailbox_id: int) -> None:
    """Runs out of time while it holds the one place there is for whoever writes."""
    with process.ports("sync", [mailbox_id]).db.write() as conn:
        mailboxes.change(conn, mailbox_id, failures=7)
        threading.Event().wait(60)


def deaf() -> None:
    """Like a library that never comes back to Python: does not hear that its time is over."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    threading.Event().wait(60)


def until_let_go(folder: str) -> None:
    """Notes in `began` which process runs it, and ends when somebody has put `go` beside it."""
    here = Path(folder)
    with (here / "began").open("a") as began:
        began.write(f"{os.getpid()}\n")
    while not (here / "go").exists():
        threading.Event().wait(0.02)
    (here / "done").touch()
