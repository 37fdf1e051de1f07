"""`inboxsla connect`: through the browser and with a file, and what it answers when that does not work."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from inboxsla.cli import main
from inboxsla.gmail.simulator import SimulatorServer, Store
from inboxsla.supervisor.parts import inboxsla_command
from tests.office import DESK, SALES, user_file


@pytest.fixture
def google() -> Iterator[SimulatorServer]:
    store = Store(":memory:", seed=7)
    for address in (DESK, SALES):
        store.add_mailbox(address)
    with SimulatorServer(store) as server:
        yield server
    store.close()


@pytest.fixture
def environment(google: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    settings = {
        "INBOXSLA_DATA_DIR": str(tmp_path / "data"),
        "INBOXSLA_DEMO": "false",
        "INBOXSLA_GOOGLE__API_ROOT": google.url,
        "INBOXSLA_GOOGLE__AUTH_URI": f"{google.url}/o/oauth2/v2/auth",
        "INBOXSLA_GOOGLE__TOKEN_URI": f"{google.url}/token",
        "INBOXSLA_GOOGLE__REVOKE_URI": f"{google.url}/revoke",
        "INBOXSLA_GOOGLE__CLIENT_ID": "office-client",
        "INBOXSLA_GOOGLE__CLIENT_SECRET": "office-secret",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return {**os.environ, **settings}


def called(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=stdin)


@pytest.mark.processes
def test_the_browser_goes_to_google_and_comes_back_to_the_command(environment: dict[str, str], tmp_path: Path) -> None:
    command = [*inboxsla_command(), "connect", DESK, "--no-browser"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        link = next(line.strip() for line in process.stdout if "http" in line)
        page = requests.get(link, timeout=10)
        said = process.stdout.read()
    assert "You can close this page" in page.text
    assert process.returncode == 0
    assert f"{DESK} is connected and observed" in said
    assert f"{DESK} is observed, not read yet" in called("doctor").output


@pytest.mark.usefixtures("environment")
def test_a_file_connects_it_and_again_without_a_word_of_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "desk.json").write_text(user_file())
    said = called("connect", DESK.upper(), "--credentials", "desk.json")
    assert (said.exit_code, said.stderr) == (0, "")
    assert "nothing is written to Gmail and nobody is mailed" in said.stdout
    assert called("connect", DESK, "--credentials", "-", stdin=user_file()).exit_code == 0
    assert called("live", DESK).exit_code == 0
    again = called("connect", DESK, "--credentials", "desk.json")
    assert "connected again and goes on live" in again.stdout
    assert "file-secret" not in said.output + again.output
    assert "Sealed anew: 1 mailbox" in called("rotate-key").stdout


@pytest.mark.usefixtures("environment")
def test_each_way_to_fail_has_its_sentence_and_its_exit_code(
    google: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk.json").write_text(user_file())
    (tmp_path / "broken.json").write_text("{")
    for words, code, sentence in (
        (("desk", "--credentials", "desk.json"), 2, "is not a mail address"),
        ((DESK, "--credentials", "nothing.json"), 2, "there is no such file"),
        ((DESK, "--credentials", "broken.json"), 2, "is not JSON"),
        ((SALES, "--credentials", "desk.json"), 1, f"This opens {DESK}"),
    ):
        said = called("connect", *words)
        assert (said.exit_code, sentence in said.stderr) == (code, True), said.output
    google.store.revoke(DESK)
    assert called("connect", DESK, "--credentials", "desk.json").exit_code == 1
    monkeypatch.setenv("INBOXSLA_GOOGLE__CLIENT_ID", "")
    monkeypatch.setenv("INBOXSLA_GOOGLE__CLIENT_SECRET", "")
    said = called("connect", DESK)
    assert (said.exit_code, "No OAuth client is set up yet" in said.stderr) == (2, True)
    assert "No mailbox is known" in called("doctor").output


def test_a_fresh_key_can_be_had_for_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    key = called("rotate-key", "--print-new").stdout.strip()
    monkeypatch.setenv("INBOXSLA_SEALING_KEY", key)
    assert called("config", "validate").exit_code == 0
    monkeypatch.setenv("INBOXSLA_SEALING_KEY", "too-short")
    said = called("config", "validate")
    assert said.exit_code == 2
    assert "too-short" not in said.output


@pytest.mark.usefixtures("environment")
def test_it_is_disconnected_with_a_receipt_and_what_there_was_in_a_file(
    google: SimulatorServer, tmp_path: Path
) -> None:
    (tmp_path / "desk.json").write_text(user_file())
    called("connect", DESK, "--credentials", "desk.json")
    assert called("disconnect", DESK, stdin="n\n").exit_code == 1
    (tmp_path / "there.jsonl").touch()
    said = called("disconnect", DESK, "--yes", "--export", "there.jsonl")
    assert (said.exit_code, "Nothing was disconnected" in said.stderr) == (2, True)
    said = called("disconnect", DESK, "--yes", "--export", "tickets.jsonl")
    assert said.exit_code == 0
    assert said.stdout.splitlines()[0] == "0 tickets written into tickets.jsonl."
    assert said.stdout.splitlines()[-1] == f"{DESK} is deleted, with 0 tickets."
    assert (tmp_path / "tickets.jsonl").stat().st_mode & 0o777 == 0o600
    assert google.consents.revoked == [DESK]
