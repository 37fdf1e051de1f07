"""What holds for every file in the repository."""

from __future__ import annotations

import importlib
import re

import click
import pytest

from tests.house.source import ROOT, text_of, tracked, where

VENDORED = "/static/vendor/"
# In pieces, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|raise NotImplemented" + "Error")
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "registry" + r"\.yarnpkg"])
)
INDEXES = re.compile("--(extra-)?ind" + "ex-url|--find" + "-links|--trusted" + "-host")
MACHINE = re.compile(r"(?<![\w.<>-])/(wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/\w")
SECRETS = re.compile("-----BEGIN [A-Z ]*PRIV" + r"ATE KEY-----|ya29\.[\w-]{20}|GOCS" + r"PX-[\w-]{10}|AIza[\w-]{35}")


def found(pattern: re.Pattern[str], *, vendored: bool = True) -> list[str]:
    return [
        f"{where(file, number)} {match[0]}"
        for file in tracked()
        if vendored or VENDORED not in file.as_posix()
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_nothing_is_left_for_later_in_a_comment() -> None:
    hits = found(UNFINISHED, vendored=False)
    assert not hits, f"finish it, or leave it out and say so where plans are kept: {hits}"


def test_no_file_says_where_packages_come_from() -> None:
    hits = found(REGISTRIES) + found(INDEXES)
    assert not hits, f"whoever installs chooses the package index; take the address out (lock files: make lock): {hits}"


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    hits = found(MACHINE, vendored=False)
    assert not hits, f"use a path relative to the repository, a setting or tmp_path: {hits}"


def test_no_file_holds_a_key() -> None:
    hits = found(SECRETS)
    assert not hits, (
        f"take it out, revoke it, and make keys for tests while the test runs: {[hit.split()[0] for hit in hits]}"
    )


def commands_in(readme: str) -> list[list[str]]:
    """The words after `inboxsla` of every command line shown in a fenced block."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", readme, flags=re.DOTALL | re.MULTILINE)
    lines = (
        re.match(r"\s*(?:\$ )?(?:\S*/bin/)?inboxsla ([^#]+)", line) for block in blocks for line in block.splitlines()
    )
    return [line[1].split() for line in lines if line]


def test_every_command_in_the_readme_exists() -> None:
    if not (ROOT / "inboxsla/cli.py").exists() and not (ROOT / "inboxsla/cli").is_dir():
        pytest.skip("there is no command line yet")
    main = importlib.import_module("inboxsla.cli").main
    for words in commands_in((ROOT / "README.md").read_text()):
        command, rest = main, list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            name = rest.pop(0)
            assert name in command.commands, (
                f"README.md shows `inboxsla {' '.join(words)}`; there is no command {name!r}"
            )
            command = command.commands[name]


def test_commands_are_found_in_fenced_blocks_only() -> None:
    text = "`inboxsla nothing`\n```sh\n$ inboxsla tickets --json  # a list\n.venv/bin/inboxsla config validate\nmake run\n```\n"
    assert commands_in(text) == [["tickets", "--json"], ["config", "validate"]]
