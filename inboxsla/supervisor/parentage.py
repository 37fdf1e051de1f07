"""Children that cannot outlive their parent, where the system offers that (Linux). Elsewhere the guard sees to it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1

# Loaded here: between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def bound_to(parent: int) -> Callable[[], None] | None:
    """What a child does between fork and exec so that it gets TERM when `parent` dies. None where that is unknown."""
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)

    return bind
