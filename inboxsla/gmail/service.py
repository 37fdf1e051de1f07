"""Gmail's calls as Google's client describes them; described once in a process, because that takes longer than most calls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httplib2
from googleapiclient.discovery import build


@dataclass(frozen=True, slots=True)
class Calls:
    """What can be asked, by resource. Whoever asks executes a request over a connection of their own (`execute(http=…)`)."""

    users: Any
    history: Any
    labels: Any
    messages: Any
    threads: Any
    send_as: Any


@lru_cache(maxsize=4)
def calls(api_root: str) -> Calls:
    """Safe to share between threads; a request that is executed without a connection goes to Gmail without credentials."""
    made = build(
        "gmail",
        "v1",
        http=httplib2.Http(),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": api_root.rstrip("/") + "/"},
    )
    # Kept, because asking for them again builds the whole resource anew every time.
    users = made.users()
    return Calls(users, users.history(), users.labels(), users.messages(), users.threads(), users.settings().sendAs())
