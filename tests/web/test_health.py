from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from inboxsla.app import create_app
from inboxsla.errors import TryLater
from inboxsla.storage.database import Database
from inboxsla.web.guards import Level, needs
from tests.web.conftest import signed_in
from tests.web.reading import page, rows
from tests.web.shop import Shop, minutes, pages


def test_a_ready_process_says_so(stranger: FlaskClient) -> None:
    assert stranger.get("/healthz").text == "ok"
    answer = stranger.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok", "redis": "ok", "migrations": "ok"}


def test_without_redis_the_process_is_not_ready_and_its_pages_still_are(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    lumen.bell.away = True

    answer = claire.get("/readyz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["redis"].startswith("Redis cannot be reached")
    assert answer.json["database"] == "ok"
    assert claire.get("/healthz").status_code == 200
    assert rows(page(claire, "/tickets")) == ["Refund missing"]


def test_a_database_of_an_older_version_says_what_to_run(lumen: Shop, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")

    answer = create_app(replace(lumen.ports, db=empty)).test_client().get("/readyz")
    empty.close()

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "ok"
    assert "inboxsla migrate" in answer.json["migrations"]


def test_without_its_database_the_process_lives_and_pages_say_that_nothing_is_lost(
    lumen: Shop, claire: FlaskClient
) -> None:
    lumen.ports.db.close()
    place = Path(lumen.ports.db.place)
    place.unlink()
    place.mkdir()

    ready, board = claire.get("/readyz"), claire.get("/tickets")

    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["database"] != "ok"
    assert claire.get("/healthz").status_code == 200
    assert board.status_code == 503
    assert "Nothing is lost" in board.text
    assert "Traceback" not in board.text
    assert str(place) not in board.text


def test_a_busy_database_asks_for_patience(lumen: Shop) -> None:
    app = pages(lumen)

    @app.get("/busy")
    @needs(Level.SIGNED_IN)
    def busy() -> str:
        raise TryLater("The database is busy.")

    answer = signed_in(app.test_client(), lumen).get("/busy")

    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text
