"""What users of comparable products complained about: each complaint has a test that says it does not happen here.

A test covers a complaint by naming its key at the beginning of its docstring, before the colon: `C31b: …` or `C1, C44: …`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import python_files, tree_of, where

COMPLAINTS = {
    "when clocks start and stop": "C1 C3 C4 C5 C6 C7 C8 C9 C10 C11a C11b C12a C12b C33",
    "pauses": "C23 C31b C35 C36 C44 C45a C45b C47",
    "calendars and changes of the clocks": "C13 C14 C19 C20 C29 C34 C48 C49 C50 C59",
    "reminders and escalation": "C11 C12 C16 C42b C43 C51 C52 C53 C54 C55 C57 C58 C61 C62",
    "which policy, and changing it": "C17 C18 C31 C63",
    "handing out": "C21 C22 C64",
    "what mail does to the figures": "C26 C37 C39 C40 C41 C65 C66 C67 C68 C69",
}
KEYS = {key for keys in COMPLAINTS.values() for key in keys.split()}
NAMED = re.compile(r"C\d+[a-z]?(?:, C\d+[a-z]?)*(?=: )")


def named() -> Iterator[tuple[str, str]]:
    """Each key in a test's docstring, and where."""
    for file in python_files("tests"):
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found = NAMED.match(ast.get_docstring(node) or "")
                yield from ((key, where(file, node.lineno)) for key in (found[0].split(", ") if found else ()))


def test_every_complaint_has_a_test() -> None:
    missing = KEYS - {key for key, _ in named()}
    assert not missing, f"write a test whose docstring begins with the key and a colon: {sorted(missing)}"


def test_no_test_names_a_complaint_that_is_not_on_the_list() -> None:
    unknown = [f"{place} {key}" for key, place in named() if key not in KEYS]
    assert not unknown, f"add it to COMPLAINTS above, or mend the key: {unknown}"
