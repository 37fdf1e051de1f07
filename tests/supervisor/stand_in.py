"""Plays the parts of InboxSLA for the supervisor: `python stand_in.py web|ticker|worker|simulator`.

Each writes its process id to $STAND_IN_DIR. $STAND_IN_MOOD, such as "worker=stubborn", makes one of them misbehave:
"stubborn" ignores TERM, "parent" has a child in a process group of its own, "broken" ends at once.
"""

import http.server
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """A quiet server."""


def main() -> None:
    role, options = sys.argv[1], sys.argv[2:]
    if role.startswith("--"):
        role, options = "simulator", sys.argv[1:]
    moods = dict(pair.split("=") for pair in os.environ.get("STAND_IN_MOOD", "").split())
    mood = moods.get(role)
    if mood == "broken":
        sys.exit("the stand-in was told to break")
    if mood == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(os.getpid(), role)
    if mood == "parent":
        note(subprocess.Popen(["sleep", "600"], process_group=0).pid, "grandchild")
    if role in ("web", "simulator"):
        port = options[options.index("--port") + 1] if options else os.environ["INBOXSLA_SERVER__PORT"]
        http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Page).serve_forever()
    threading.Event().wait(600)


def note(pid: int, role: str) -> None:
    seen = {key: value for key, value in os.environ.items() if key.startswith("INBOXSLA_")}
    Path(os.environ["STAND_IN_DIR"], f"{role}-{pid}").write_text("\n".join(f"{k}={v}" for k, v in seen.items()))


if __name__ == "__main__":
    main()
