"""`inboxsla doctor` as it is typed: what it prints, for people and for monitoring, and how it exits."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inboxsla.cli import main
from inboxsla.config import load
from inboxsla.services import setup
from inboxsla.supervisor.lock import run_lock
from inboxsla.wiring import ports

DEMO = "support@lumenvelo.example"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def doctor(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *words])


def begun() -> None:
    CliRunner().invoke(main, ["migrate"])
    made = ports(load(None, {}))
    setup.prepare(made)
    made.db.close()


def test_all_is_well_where_there_is_nothing_to_do(folder: Path) -> None:
    CliRunner().invoke(main, ["migrate"])
    (folder / "old.mbox").write_text("")
    CliRunner().invoke(main, ["import", "old.mbox", "--mailbox", "help@old.example"])
    said = doctor()
    assert said.exit_code == 0, said.output
    assert said.stdout.endswith("\nAll is well.\n")


def test_what_is_wrong_stands_under_its_heading_with_what_to_do(folder: Path) -> None:
    begun()
    said = doctor()
    assert said.exit_code == 1
    part = said.stdout.split("\nRedis, ticker and workers\n")[1].split("\n\n")[0].splitlines()
    assert part[0] == "  PROBLEM  Nothing runs here: no mail is read, nothing is labelled, nobody is reminded."
    assert part[1].startswith("           → Start it: `")
    assert said.stdout.splitlines()[-1] == "1 thing needs attention."


def test_monitoring_gets_the_same_as_json(folder: Path) -> None:
    begun()
    said = doctor("--json", "--rebuild")
    told = json.loads(said.stdout)
    assert (said.exit_code, told["ok"], told["done"]) == (1, False, [])
    by_check = {finding["check"]: finding for finding in told["findings"]}
    assert by_check["processes.run"]["state"] == "attention"
    assert by_check["figures.all"]["state"] == "fine"
    assert {"check", "state", "mailbox", "words", "cure", "since", "can_be_fixed"} == set(by_check["mailboxes.read"])


def test_in_another_terminal_it_asks_the_redis_of_the_run(folder: Path) -> None:
    begun()
    with run_lock(folder / "var") as lock:
        lock.tell("http://127.0.0.1:8123", redis_url="unix:///nowhere/v.sock?db=0")
        said = doctor("--json")
    words = {finding["check"]: finding["words"] for finding in json.loads(said.stdout)["findings"]}
    assert words["processes.run"] == "InboxSLA runs here; its pages are at http://127.0.0.1:8123."
    assert words["processes.redis"].startswith("Redis cannot be reached")
    assert "mailboxes.read" in words


def test_a_database_that_is_away_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOXSLA_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/nothing")
    said = doctor()
    assert (said.exit_code, said.stderr) == (1, "")
    assert "  PROBLEM  " in said.stdout.split("Database\n")[1].splitlines()[0]
    assert "secret" not in said.stdout


def test_a_database_of_an_older_version_is_left_as_it_is_until_somebody_migrates(folder: Path) -> None:
    begun()
    with sqlite3.connect(folder / "var" / "inboxsla.sqlite3") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0001'")
    said = doctor("--fix", "--rebuild")
    assert said.exit_code == 1
    assert "The database is at step 0001, and this version needs" in said.stdout
    assert "migrate` brings it up to date." in said.stdout
    assert "UNKNOWN  Mailboxes, mail and tickets could not be looked at without the database." in said.stdout


def test_settings_that_are_wrong_are_another_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOXSLA_WORKERS__COUNT", "many")
    assert doctor().exit_code == 2
    assert doctor("--nonsense").exit_code == 2
