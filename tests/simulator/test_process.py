"""The simulator as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import SUPPORT, users_of

pytestmark = pytest.mark.processes


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "inboxsla.gmail.simulator", "--address", SUPPORT, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        yield process, found.group()
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_it_says_where_it_listens_keeps_its_mail_and_ends_at_once_when_told(tmp_path: Path) -> None:
    data = str(tmp_path / "var" / "gmail.sqlite")
    with running("--data", data) as (process, url):
        first = users_of(url).getProfile(userId="me").execute()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=3) == 0

    with running("--data", data, "--no-stories") as (_, url):
        second = users_of(url).getProfile(userId="me").execute()

    assert first["threadsTotal"] == 14
    assert int(second["historyId"]) >= int(first["historyId"])
    assert second["messagesTotal"] >= first["messagesTotal"]


def test_a_port_that_is_taken_is_no_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("--no-stories", "--port", str(port)) as (_, url):
            assert int(url.rpartition(":")[2]) > port
            assert users_of(url).getProfile(userId="me").execute()["messagesTotal"] == 0
