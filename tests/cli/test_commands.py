"""What commands are called, how they explain themselves, and what they answer."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from inboxsla.cli import main
from inboxsla.config.program import typed
from inboxsla.supervisor.screen import Screen


def test_commands_are_named_as_they_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "env" / "bin" / "inboxsla"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.setattr("sys.executable", str(program.with_name("python")))
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    assert typed("tickets") == "env/bin/inboxsla tickets"
    monkeypatch.chdir(program.parent)
    assert typed("tickets") == "./inboxsla tickets", "the shell looks for a bare word elsewhere"
    monkeypatch.chdir(tmp_path.parent)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert typed("tickets") == f"{program} tickets"
    monkeypatch.setenv("PATH", str(program.parent))
    assert typed("tickets") == "inboxsla tickets"


def test_the_first_screen_names_commands_as_they_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    out = StringIO()
    Screen(out).ready("http://127.0.0.1:8000/in", None, tmp_path, tmp_path, mailboxes=True)
    assert f"`{typed('tickets')}` shows the same list" in out.getvalue()
    assert typed("tickets") != "inboxsla tickets"


def test_the_list_of_commands_cuts_no_sentence_and_every_option_is_explained() -> None:
    assert "..." not in CliRunner().invoke(main, ["--help"], terminal_width=80).output.partition("Commands:")[2]
    for name, command in main.commands.items():
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{name} {option.name}"


def test_a_number_that_no_ticket_can_have_is_answered_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INBOXSLA_DATA_DIR", str(tmp_path / "data"))
    CliRunner().invoke(main, ["migrate"])
    said = CliRunner().invoke(main, ["ticket", "99999999999999999999"])
    assert said.exit_code == 1
    assert said.stderr == "There is no ticket 99999999999999999999.\n"


def test_a_configuration_of_one_mailbox_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "1 mailbox, 5 people" in CliRunner().invoke(main, ["config", "validate"]).stdout


def test_what_is_no_address_is_a_call_gone_wrong(tmp_path: Path) -> None:
    file = tmp_path / "a.mbox"
    file.touch()
    for words in (["--mailbox", "nope"], ["--mailbox", "support@lumenvelo.example", "--agent", "Ana Ruiz"]):
        said = CliRunner().invoke(main, ["import", str(file), *words])
        assert said.exit_code == 2
        assert "is not an address" in said.output
