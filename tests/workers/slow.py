"""A job for the tests: a sync that meets a message which takes longer to read than a job may last."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from inboxsla.services import ingest
from workers import jobs


def sync(mailbox_ids: Sequence[int]) -> None:
    """Runs in the process that RQ forks for it, so that what is replaced here is replaced nowhere else."""

    def endless(*_: Any, **__: Any) -> Any:
        threading.Event().wait(60)

    ingest.from_gmail = endless  # type: ignore[attr-defined]
    jobs.sync(mailbox_ids)
