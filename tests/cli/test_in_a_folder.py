"""Commands one after another in a folder, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inboxsla.cli import main
from inboxsla.config import load
from inboxsla.services import setup
from inboxsla.wiring import ports
from tests.services.mailbox_files import ANA, Mail, written

DEMO = "support@lumenvelo.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def imported(folder: Path, mailbox: str = "help@old.example") -> None:
    file = written(folder / "old.mbox", Mail("1", subject="Old lamp"))
    done = typed("import", str(file), "--mailbox", mailbox, "--agent", ANA)
    assert done.exit_code == 0, done.output


def begun(folder: Path) -> None:
    """What `run` does before anything else."""
    made = ports(load(None, {}))
    setup.prepare(made)
    made.db.close()


@pytest.mark.parametrize("words", ["tickets", "tickets --json", "ticket 3", "report", "doctor", "live a@b.example"])
def test_who_only_looks_makes_no_database_and_hears_where_none_was_found(folder: Path, words: str) -> None:
    said = typed(*words.split())
    assert said.exit_code == 1
    assert said.stdout == ""
    assert said.stderr.startswith(f"There is no InboxSLA data in {folder}/var. ")
    assert "name its folder with INBOXSLA_DATA_DIR" in said.stderr
    assert list(folder.iterdir()) == []


def test_a_database_without_tickets_lists_none(folder: Path) -> None:
    typed("migrate")
    said = typed("tickets", "--json")
    assert (said.exit_code, json.loads(said.stdout)) == (0, [])


def test_reading_a_file_makes_no_mailbox_of_the_demo(folder: Path) -> None:
    imported(folder)
    said = typed("doctor").stdout
    assert "help@old.example (imported)" in said
    assert DEMO not in said


def test_the_demos_mailbox_is_out_of_the_way_once_there_is_a_configuration(folder: Path) -> None:
    typed("migrate")
    begun(folder)
    assert f"{DEMO} is live" in typed("doctor").stdout
    (folder / "config.toml").write_text('mailboxes = [{ address = "help@old.example" }]\n')
    imported(folder)

    assert f"{DEMO} left the configuration" in typed("doctor").stdout
    assert [ticket["mailbox"] for ticket in json.loads(typed("tickets", "--json").stdout)] == ["help@old.example"]
    kept = typed("disconnect", "help@old.example", "--yes")
    assert (kept.exit_code, "is in the configuration" in kept.stderr) == (1, True)
    assert CliRunner().invoke(main, ["disconnect", DEMO], input="n\n").exit_code == 1
    assert typed("disconnect", DEMO, "--yes").stdout == f"{DEMO} is deleted, with 0 tickets.\n"
    assert DEMO not in typed("doctor").stdout


def test_the_tickets_of_one_mailbox_can_be_asked_for(folder: Path) -> None:
    imported(folder)
    imported(folder, "sales@old.example")
    one = json.loads(typed("tickets", "--json", "--mailbox", "Sales@old.example").stdout)
    assert [ticket["mailbox"] for ticket in one] == ["sales@old.example"]
    unknown = typed("tickets", "--mailbox", "nope@old.example")
    assert (unknown.exit_code, unknown.stderr) == (
        1,
        "No mailbox nope@old.example is known here. Known: help@old.example, sales@old.example.\n",
    )
