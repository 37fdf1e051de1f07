"""How far long work has come, as a person and a log read it."""

from __future__ import annotations

import os
import re

import pytest

from inboxsla import listing


@pytest.fixture(autouse=True)
def a_pipe_of_any_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def test_progress_without_a_terminal_is_a_line_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with listing.progress("Reading messages", 10) as moved:
        for _ in range(10):
            moved(1)
    told = capsys.readouterr()
    assert told.out == ""
    assert re.fullmatch(r"Reading messages: done in [\d.]+ s\n", told.err)


def test_progress_of_nothing_is_no_mistake(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with listing.progress("Building tickets", 0):
        assert os.environ.get("COLUMNS") is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with listing.progress("Building tickets", 0) as moved:
        moved(0)
    assert "Building tickets" in capsys.readouterr().err


def test_progress_that_fails_does_not_say_done(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        with listing.progress("Reading messages", 10) as moved:
            moved(5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "done" not in capsys.readouterr().err
