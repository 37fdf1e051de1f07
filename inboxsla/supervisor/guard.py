"""Outlives the supervisor just long enough to stop what it left behind. Run as a file of its own; standard library only.

    python guard.py TOKEN < pipe

The supervisor holds the other end of the pipe and writes the process groups it starts. When the pipe closes, however
the supervisor ended, every process of those groups and every process whose environment names TOKEN is told to stop, and
killed if it does not. Groups alone would miss processes that made a group of their own, as RQ's do for each job; the
environment cannot be read everywhere, so the groups are the portable half.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

VARIABLE = "RUN_BY_INBOXSLA"
POLITE = 2.0
IN_ALL = 5.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    clear(groups, sys.argv[1], POLITE, IN_ALL)


def clear(groups: Iterable[int], token: str, polite: float, in_all: float) -> bool:
    """Stop all of them: kindly for `polite` seconds, then for good. True if none is left after `in_all` seconds."""
    begun, asked = time.monotonic(), False
    left = set(groups)
    while True:
        left = living(left)
        strays = marked(token)
        spent = time.monotonic() - begun
        if not (left or strays) or spent > in_all:
            return not (left or strays)
        kill = spent >= polite
        if kill or not asked:
            number = signal.SIGKILL if kill else signal.SIGTERM
            for group in left:
                send(group, number)
            for pid in strays:
                send_one(pid, number)
            asked = True
        time.sleep(0.02)


def send(group: int, number: int) -> bool:
    """False if nobody is left in the group."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS says this for a group of which only a dead member remains.
        return False
    return True


def living(groups: Iterable[int]) -> set[int]:
    """Those of the groups in which anybody still runs. Dead members whom init has not collected yet do not count."""
    left = {group for group in groups if send(group, 0)}
    if not left or not os.path.isdir("/proc/self"):
        return left
    found = set()
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    # The name, in parentheses, may hold anything; after it: state, parent, group.
                    state, _, its_group = stat.read().rpartition(b")")[2].split()[:3]
            except OSError:
                continue
            if state not in (b"Z", b"X"):
                found.add(int(its_group))
    return left & found


def send_one(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def marked(token: str) -> set[int]:
    """Living processes whose environment names the token; none where there is no /proc."""
    wanted = f"{VARIABLE}={token}".encode()
    found = set()
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if not name.isdecimal() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as environ:
                # Of a zombie nothing can be read, so it does not count as living.
                if wanted in environ.read().split(b"\0"):
                    found.add(int(name))
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
