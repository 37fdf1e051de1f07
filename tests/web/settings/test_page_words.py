"""Complaints on pages speak of fields and pages; those about a text file keep their own words (tests/config)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

import inboxsla
from inboxsla.web.settings import page_words
from tests.web.reading import words
from tests.web.settings.filling import send
from tests.web.shop import Shop, pages

EDIT = "/settings/policies/edit?name=Standard+support"
HERE = Path(inboxsla.__file__).parent
SOURCES = (
    *HERE.glob("config/document/*.py"),
    *HERE.glob("domain/rule*.py"),
    HERE / "config/fields.py",
    HERE / "config/mistakes.py",
)
# How a document is written, and no form.
OF_A_FILE = re.compile(r"\w = |\[\[?\w|\{|in quotes|square brackets|\b[a-z]+_[a-z_]+\b")
# What a form cannot do: the wrong kind of thing, or two conditions in one. And how documents and changes are written down.
NO_FORM = re.compile(
    r"is not a (table|condition|rule|list of rules)\.|write a table here|stand side by side|write a list of conditions|say how to compare"
    r"|name of a folder|^nothing is known as|^then = |^X = $|^\S+ = \S+$|^(one_of|any = ).* for (a list|several)$|^\{\S+ = |^Write \{|\]\]$"
)


def test_no_complaint_that_a_form_can_cause_shows_how_a_file_is_written(lumen: Shop) -> None:
    with pages(lumen).test_request_context():
        left = [text for text in written() if OF_A_FILE.search(page_words.said(text)) and not NO_FORM.search(text)]
    assert not left


def test_a_step_that_needs_more_said_leads_to_where_it_is_said(lumen: Shop, claire: FlaskClient) -> None:
    early = {"steps__0__when": "before", "steps__0__length": "3h", "steps__1__add_tag": "late"}
    shown = BeautifulSoup(send(claire, EDIT, **early).text, "lxml")

    told = {link["href"]: words(link) for link in shown.select("#wrong a")}
    assert "tick under “Only for”" in told["#f-steps-0-length"]
    assert shown.select_one("#f-steps-0 details[open] #f-steps-0-for")
    assert "on the page “Pause reasons and tags”" in told["#f-steps-1-add_tag"]
    assert "Pause reasons and tags" in [words(link) for link in shown.select("nav a")]


def written() -> Iterator[str]:
    """Every text of the sources that could be a complaint; X stands for what is filled in."""
    for source in SOURCES:
        tree = ast.parse(source.read_text())
        held = {id(below) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for below in ast.walk(each)}
        held |= {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for each in ast.walk(tree):
            if isinstance(each, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in each.values)
                if " " in text:
                    yield text
            elif (
                isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and id(each) not in held
                and " " in each.value
            ):
                yield each.value
