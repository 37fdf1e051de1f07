"""`inboxsla person`, from a real file to a forgotten customer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inboxsla.cli import main
from tests.services.mailbox_files import ANA, KOFI, SUPPORT, Mail, written


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INBOXSLA_DATA_DIR", str(tmp_path / "data"))
    hostile = Mail("1", name="Kofi \x1b[2JMensah", subject="<b>Lamp", body="It flickers")
    file = written(tmp_path / "a.mbox", hostile)
    assert called("import", str(file), "--mailbox", SUPPORT, "--agent", ANA).exit_code == 0
    return tmp_path


def called(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, words, input=typed)


def test_a_person_is_shown_looked_at_dry_and_forgotten_once_somebody_says_yes(here: Path) -> None:
    shown = called("person", "show", KOFI.upper())
    assert (shown.exit_code, "1 ticket, 1 of them open" in shown.stdout) == (0, True)
    assert "\x1b" not in shown.stdout
    kept = json.loads(called("person", "show", KOFI, "--json").stdout)
    assert kept["as_customer"]["messages"][0]["text"] == "It flickers"

    dry = called("person", "forget", KOFI, "--dry-run")
    assert (dry.exit_code, "this was a dry run" in dry.stdout) == (0, True)
    assert called("person", "forget", KOFI, typed="n\n").exit_code == 1
    assert "It flickers" in called("person", "show", KOFI, "--json").stdout

    done = called("person", "forget", KOFI, typed="y\n")
    assert (done.exit_code, "Receipt 1" in done.stdout) == (0, True), done.output
    left = called("person", "show", KOFI).stdout
    assert "Was forgotten on" in left
    assert "Nothing is kept about this address." in left


def test_who_answers_here_is_not_forgotten_by_mistake(here: Path) -> None:
    done = called("person", "forget", ANA, "--yes")
    assert (done.exit_code, "Take them off it first" in done.stderr) == (1, True)
    assert called("person", "forget", "nobody").exit_code == 2
