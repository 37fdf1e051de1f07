"""Whoever meets a finding finds it in the docs, with its cure."""

from __future__ import annotations

import ast
import re

from tests.house.source import ROOT, python_files, tree_of

PAGE = ROOT / "docs/when-something-is-down.md"
AREAS = "config|database|processes|clock|mailboxes|google|mail|tickets|alarms|figures"
CHECK = re.compile(rf"(?:{AREAS})\.[a-z_]+")


def bad_news() -> set[str]:
    """The checks in the code that can say anything but "fine"."""
    calls = (
        node
        for file in python_files("inboxsla/services")
        if "checkup" in file.parts or file.name == "rebuild.py"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) != "fine"
    )
    firsts = (call.args[0] for call in calls if call.args)
    return {each.value for each in firsts if isinstance(each, ast.Constant) and CHECK.fullmatch(str(each.value))}


def test_every_finding_stands_in_the_table_and_no_other() -> None:
    table = PAGE.read_text().split("### Each finding and its cure")[1]
    told = {name for line in table.splitlines() if line.startswith("| `") for name in CHECK.findall(line.split("|")[1])}
    unseen = {"database.rest", "processes.workers"}
    assert len(told) > 25
    assert told | unseen == bad_news()
