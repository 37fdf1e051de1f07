"""Jobs for the tests that last longer than jobs do."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inboxsla.services import ingest
from workers import jobs


def sync(mailbox_ids: Sequence[int]) -> None:
    """Meets a message which takes longer to read than a job may last.

    Runs in the process that RQ forks for it, so that what is replaced here is replaced nowhere else.
    """

    def endless(*_: Any, **__: Any) -> Any:
        threading.Event().wait(60)

    ingest.from_gmail = endless  # type: ignore[attr-defined]
    jobs.sync(mailbox_ids)


def until_let_go(folder: str) -> None:
    """Notes in `began` which processes run it and on whose behalf, and ends when somebody has put `go` beside it."""
    here = Path(folder)
    with (here / "began").open("a") as began:
        began.write(f"{os.getppid()} {os.getpid()}\n")
    while not (here / "go").exists():
        threading.Event().wait(0.02)
    (here / "done").touch()
