"""`inboxsla config` and `inboxsla policy`: the configuration on the command line."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from inboxsla.cli import main
from inboxsla.commands.base import opened
from inboxsla.config.document import Document
from inboxsla.services import configuring
from inboxsla.storage import policies, tickets
from inboxsla.storage.mailboxes import by_address


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo, with nothing saved yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, list(words), input=given)


def said(*words: str, given: str | None = None) -> str:
    """What a command prints that works."""
    done = run(*words, given=given)
    assert done.exit_code == 0, done.output
    return done.stdout


def exported(**replaced: str) -> Path:
    text = said("config", "export")
    for old, new in (each.split(" → ") for each in replaced.values()):
        assert old in text
        text = text.replace(old, new)
    file = Path("desk.toml")
    file.write_text(text, "utf-8")
    return file


def in_force() -> Document:
    with opened() as ports:
        return configuring.current(ports).document


def with_open_tickets(count: int) -> None:
    said("config", "import", str(exported(name="Ana Ruiz → Ana")))
    with opened() as ports, ports.db.write() as conn:
        box = by_address(conn, "gmail", "support@lumenvelo.example")
        policy = policies.newest_id(conn, "Demo")
        assert box is not None
        for number in range(count):
            tickets.create(
                conn, mailbox_id=box.id, thread_id=str(number), policy_id=policy, subject="Lamp", requester="zofia",
                requester_name="Zofia", opened_at=ports.now(),
            )  # fmt: skip


def test_what_is_exported_can_be_edited_looked_at_and_imported() -> None:
    file = exported(first='first_response = "4m" → first_response = "5m"')

    tried = said("config", "import", str(file), "--dry-run")
    assert "  ~ Demo (changed)\n      first response: 4m → 5m\n" in tried
    assert tried.endswith("Nothing was changed: this was a dry run.\n")
    assert in_force().policies[0].targets.promised["first_response"].normal == "4m"

    done = said("config", "import", str(file))
    assert "Policy Demo gets version 2.\n" in done
    assert done.endswith("Configuration 1 is in force.\n")
    assert in_force().policies[0].targets.promised["first_response"].normal == "5m"
    assert said("config", "import", str(file)) == "This says what is in force already: nothing changes.\n"
    assert said("config", "export") == file.read_text("utf-8")


def test_standard_input_is_a_file_like_any_other() -> None:
    text = said("config", "export").replace('"4m"', '"5m"')

    assert "standard input is fine: 1 policy, 0 rules, 1 calendar, 5 people, 1 team." in said(
        "config", "validate", "-", given=text
    )
    assert "first response: 4m → 5m" in said("config", "import", "-", given=text)


def test_every_mistake_is_named_and_the_call_counts_as_misused() -> None:
    file = exported(first='"4m" → "4x"', zone="Europe/Berlin → Europe/Berlinn")
    for words in (["config", "validate"], ["config", "import"]):
        done = run(*words, str(file))
        assert done.exit_code == 2
        assert done.stderr.startswith("The configuration has 2 mistakes:\n  desk.toml:")
    for text in ("x = ", "default_policy = 'x'\n[[policies"):
        file.write_text(text)
        assert run("config", "import", str(file)).exit_code == 2
    file.write_bytes(b"\xff\xfe")
    assert "this file is not UTF-8 text" in run("config", "import", str(file)).stderr
    assert "there is no such file" in run("config", "import", "nowhere.toml").stderr


def test_validate_tells_settings_from_a_configuration_and_says_which_is_in_force() -> None:
    Path("config.toml").write_text("[[mailboxes]]\naddress = 'support@lumenvelo.example'\n")
    assert said("config", "validate", "config.toml") == "config.toml is fine: 1 mailbox, 0 people.\n"
    assert said("config", "validate") == "config.toml is fine: 1 mailbox, 0 people.\n"
    assert not Path("var").exists(), "looking makes no database"

    file = exported(tags='hold_reasons = → tags = ["standard"]\nhold_reasons =')
    assert "desk.toml is fine: 1 policy" in said("config", "validate", str(file))
    assert "are those of config.toml" in said("config", "validate")
    said("config", "import", str(file))
    assert "are those of configuration 1, saved" in said("config", "validate")
    assert "are those of configuration 1, saved" in run("doctor").stdout


def test_a_configuration_is_checked_where_there_is_no_database_too() -> None:
    file = exported()
    for stored in Path("var").iterdir():
        stored.unlink()
    assert "desk.toml is fine" in said("config", "validate", str(file))
    file.write_text(file.read_text().replace("support@lumen", "suport@lumen"))
    assert (
        "“suport@lumenvelo.example” is not one of the mailboxes known here"
        in run("config", "validate", str(file)).stderr
    )
    assert not list(Path("var").iterdir())


def test_what_looks_unintended_is_pointed_out_and_imported_all_the_same() -> None:
    file = exported(
        tiers='hold_reasons = → tiers = {gold = ["@big.example"], silver = ["@big.example"]}\nhold_reasons ='
    )

    assert "Worth a look: desk.toml:6: tiers.silver[1]: “@big.example” is on “gold” as well" in said(
        "config", "import", str(file)
    )
    assert "is on “gold” as well" in run("config", "validate", str(file)).stderr


def test_hours_written_twice_are_refused_in_settings_and_in_a_configuration() -> None:
    file = exported(hours='hours = "24x7" → hours = {mon = "09:00–13:00, 12:00–24:00", tue = "24h"}')
    wanted = "hours.mon: 09:00–13:00 and 12:00–24:00 overlap. Write the time they share once."
    assert f"desk.toml:12: calendars.office.{wanted}" in run("config", "import", str(file)).stderr

    Path("config.toml").write_text("mailboxes = 3\n[calendar.hours]\nmon = '09:00–13:00, 12:00–24:00'\n")
    assert f"config.toml:3: calendar.{wanted}" in run("config", "validate").stderr


def test_open_tickets_get_it_too_if_that_is_said() -> None:
    with_open_tickets(3)
    only = said("config", "import", str(exported(first='"4m" → "5m"')))
    both = said("config", "import", str(exported(first='"5m" → "6m"')), "--open-too")
    people = said("config", "import", str(exported(name='"Jonas Weber" → "Jonas"')), "--open-too")
    calendar = said(
        "config", "import", str(exported(day='business_day = "24h" → business_day = "24h"\nholidays = [2026-12-25]'))
    )

    assert "Policy Demo gets version 2; 3 open tickets stand under it now.\n" in only
    assert only.endswith("Configuration 2 is in force, for new tickets only.\n")
    assert both.endswith("Configuration 3 is in force, also for the 3 open tickets.\n")
    assert "No policy gets a new version.\nOpen tickets keep what they were promised.\n" in people
    assert people.endswith("Configuration 4 is in force.\n")
    assert calendar.endswith("Configuration 5 is in force, also for the 3 open tickets.\n")


@pytest.mark.processes
@pytest.mark.parametrize(("answer", "outcome"), [("y\n", "also for the 1 open ticket"), ("\n", "for new tickets only")])
def test_whoever_sits_at_a_terminal_is_asked_about_open_tickets(answer: str, outcome: str) -> None:
    with_open_tickets(1)
    file = exported(first='"4m" → "5m"')
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from inboxsla.cli import main; main()", "config", "import", str(file)]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        heard = process.communicate(timeout=60)[0].decode()
    os.close(ours)

    assert "Is this also for the 1 open ticket (otherwise only for new ones)? [y/N]" in heard
    assert outcome in heard


def test_a_ready_made_policy_is_listed_tried_and_added() -> None:
    assert "Outage: first response 30m; next response 30m; resolution 2h; round the clock" in said(
        "policy", "templates"
    )

    tried = said("policy", "apply", "outage", "--dry-run")
    assert "  + Outage (added)\n" in tried
    assert "Policy Outage is new.\nNothing was changed: this was a dry run.\n" in tried
    assert [policy.name for policy in in_force().policies] == ["Demo"]

    assert said("policy", "apply", "billing", "--calendar", "office").endswith("Configuration 1 is in force.\n")
    assert said("policy", "apply", "outage").endswith("Configuration 2 is in force.\n")
    found = in_force()
    assert [(policy.name, policy.calendar) for policy in found.policies[1:]] == [
        ("Billing and feature requests", "office"),
        ("Outage", "24x7"),
    ]
    assert [rule.name for rule in found.rules] == ["Outages", "Billing and feature requests"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["policy", "apply", "outige"], "“outige” is not one of the ready-made policies. Did you mean “outage”?"),
        (
            ["policy", "apply", "outage", "--calendar", "ofice"],
            "“ofice” is not one of the calendars. Did you mean “office”?",
        ),
        (["policy", "holidays", "Atlantis"], "“Atlantis” is not one of the countries we know"),
        (["policy", "holidays", "DE", "--subdivision", "QQ"], "“QQ” is not one of the regions of DE"),
    ],
)
def test_what_does_not_exist_is_answered_in_words(words: list[str], reason: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert reason in done.stderr


def test_holidays_are_printed_as_lines_to_choose_from() -> None:
    text = said("policy", "holidays", "de", "--year", "2026", "--subdivision", "by")

    assert text.startswith("# Public holidays of DE-BY in 2026: suggestions.")
    assert "\n  # 2026-12-25,  # Fri  Christmas Day\n" in text
    assert not re.search(r"^  \d", text, re.MULTILINE)


def test_every_option_of_these_commands_is_explained() -> None:
    for group in ("config", "policy"):
        text = said(group, "--help")
        assert "..." not in text.partition("Commands:")[2]
        command = main.commands[group]
        for name, below in command.commands.items():  # type: ignore[attr-defined]
            options = [option for option in below.params if isinstance(option, click.Option)]
            assert all(option.help for option in options), name
