from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask import abort
from flask.testing import FlaskClient

from inboxsla.web.guards import Level, needs
from tests.web.conftest import signed_in
from tests.web.shop import Shop, pages


@pytest.mark.parametrize(
    ("path", "method", "code", "title"),
    [
        ("/nowhere", "GET", 404, "There is nothing here"),
        ("/tickets", "POST", 405, "This page can only be read"),
        ("/teapot", "GET", 418, "This request was not understood"),
        ("/broken", "GET", 500, "Something broke on our side"),
    ],
)
def test_what_cannot_be_shown_says_so_in_the_house_style(
    lumen: Shop, path: str, method: str, code: int, title: str
) -> None:
    app = pages(lumen)

    @app.get("/teapot")
    @needs(Level.SIGNED_IN)
    def teapot() -> str:
        abort(418)

    @app.get("/broken")
    @needs(Level.SIGNED_IN)
    def broken() -> str:
        raise RuntimeError("subject: Refund for Zofia")

    answer = signed_in(app.test_client(), lumen).open(path, method=method)

    assert answer.status_code == code
    assert f"<h1>{title}</h1>" in answer.text
    assert "inboxsla.css" in answer.text
    assert "Zofia" not in answer.text
    assert "Traceback" not in answer.text


def test_a_stranger_is_told_how_to_get_in(stranger: FlaskClient) -> None:
    answer = stranger.get("/tickets")

    assert answer.status_code == 401
    assert "inboxsla sign-in-link" in answer.text
    assert "make run" in answer.text


def test_the_command_is_given_as_it_can_be_typed(
    stranger: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/inboxsla").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    monkeypatch.chdir(tmp_path)
    assert "<code>.venv/bin/inboxsla sign-in-link</code>" in stranger.get("/tickets").text

    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "<code>inboxsla sign-in-link</code>" in stranger.get("/tickets").text, "no stranger learns our folders"


def test_every_answer_carries_a_strict_policy(claire: FlaskClient) -> None:
    for path in ("/tickets", "/nowhere", "/healthz", "/static/live.js", "/mail", "/sign-in/x"):
        said = claire.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in said["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["img-src"] == "'self' data:"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert said["X-Content-Type-Options"] == "nosniff"
        assert said["Referrer-Policy"] == "no-referrer"


def test_pages_are_never_stored_and_files_are_kept_for_long(claire: FlaskClient) -> None:
    assert claire.get("/tickets").headers["Cache-Control"] == "no-store"
    assert claire.get("/nowhere").headers["Cache-Control"] == "no-store"
    assert "max-age=31536000" in claire.get("/static/inboxsla.css?v=1").headers["Cache-Control"]
    assert claire.get("/static/nothing.css").headers["Cache-Control"] == "no-store"
