"""A settings form as a browser without script sends it: everything on the page, with what somebody changes."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def fields(page: BeautifulSoup, form: str = "form#edit") -> dict[str, list[str]]:
    """What the form would send if no button were pressed."""
    found = page.select_one(form)
    assert found is not None, "there is no form on this page"
    held: dict[str, list[str]] = {}
    for name, value in _held(found):
        held.setdefault(name, []).append(value)
    return held


def send(
    browser: FlaskClient, path: str, do: str = "save", form: str = "form#edit", **changes: str | list[str]
) -> TestResponse:
    """Load the page, change fields (`__` in a name stands for a dot), press the button with the value `do`."""
    answer = browser.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return send_again(browser, path, answer, do, form, **changes)


def send_again(
    browser: FlaskClient,
    path: str,
    shown: TestResponse,
    do: str = "save",
    form: str = "form#edit",
    **changes: str | list[str],
) -> TestResponse:
    """The same with a page that was answered before."""
    held = fields(BeautifulSoup(shown.text, "lxml"), form)
    for name, value in changes.items():
        held[name.replace("__", ".")] = [value] if isinstance(value, str) else value
    return browser.post(path, data={**held, "do": do})


def _held(form: Tag) -> Iterator[tuple[str, str]]:
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), field.get("type", "")
        if field.name == "textarea":
            yield name, field.get_text().removeprefix("\n")
        elif field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            if chosen is not None:
                yield name, str(chosen.get("value", chosen.get_text()))
        elif kind not in ("checkbox", "radio") or field.has_attr("checked"):
            yield name, str(field.get("value", ""))
