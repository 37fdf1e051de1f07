"""`inboxsla run` with stand-ins for its parts: `python driver.py`."""

import os
import sys
from pathlib import Path

from inboxsla.config import load
from inboxsla.supervisor import run

STAND_IN = [sys.executable, str(Path(__file__).with_name("stand_in.py"))]


def prepare() -> None:
    if reason := os.environ.get("PREPARE_FAILS"):
        raise RuntimeError(reason)


def main() -> int:
    return run(
        load(None, os.environ),
        sys.stdout,
        prepare=prepare,
        sign_in_link=lambda url: f"{url}/sign-in?once=1",
        entry=STAND_IN,
        simulator=STAND_IN,
    )


if __name__ == "__main__":
    sys.exit(main())
