import threading
import time
from collections.abc import Callable
from pathlib import Path


def eventually(
    condition: Callable[[], bool], within: float = 10.0, meanwhile: Callable[[], object] | None = None
) -> None:
    """Wait until something is so, looking often; fail if it does not become so."""
    deadline, pause = time.monotonic() + within, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {within} s"
        if meanwhile:
            meanwhile()
        else:
            pause.wait(0.02)


def lives(pid: int) -> bool:
    """Whether a process runs. One that has ended but was not yet collected by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
