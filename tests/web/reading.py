"""Pages as somebody reads them."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient


def page(browser: FlaskClient, path: str) -> BeautifulSoup:
    """The page at `path`, which must be there."""
    answer = browser.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return BeautifulSoup(answer.text, "lxml")


def words(part: BeautifulSoup | Tag | None) -> str:
    """Its text on one line, with ordinary spaces."""
    assert part is not None, "the page does not have this part"
    return " ".join(part.get_text(" ").split())


def rows(board: BeautifulSoup) -> list[str]:
    """Subjects of the tickets, from top to bottom."""
    return [words(link) for link in board.select("a.subject")]


def groups(board: BeautifulSoup) -> dict[str, list[str]]:
    """Group title with its count, and the subjects under it."""
    return {words(body.h2): [words(link) for link in body.select("a.subject")] for body in board.select("tbody")}
