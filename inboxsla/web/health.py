"""Whether this process lives, and whether what it stands on is there. Words instead of codes, for whoever looks."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from inboxsla.errors import InboxSLAError
from inboxsla.services.ports import Ports
from inboxsla.storage import migrations
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs

OK = "ok"
bp = Blueprint("health", __name__)


@bp.get("/healthz")
@needs(Level.PUBLIC)
def healthz() -> Response:
    return Response("ok", mimetype="text/plain")


@bp.get("/readyz")
@needs(Level.PUBLIC)
def readyz() -> tuple[Response, int]:
    found = readings(ports())
    return jsonify(found), 200 if all(words == OK for words in found.values()) else 503


def readings(of: Ports) -> dict[str, str]:
    """ "ok", or what is wrong and what it means, for each thing this process stands on."""
    database = _asked(of.db.ping)
    return {
        "database": database,
        "redis": _asked(of.bell.ping, "Pages and data are safe without it; labels and reminders come late."),
        "migrations": _asked(lambda: _migrated(of)) if database == OK else "unknown while the database cannot be read",
    }


def _asked(question: Callable[[], None], meaning: str = "") -> str:
    try:
        question()
    except InboxSLAError as error:
        return f"{str(error).rstrip('.')}. {meaning}".rstrip()
    return OK


def _migrated(of: Ports) -> None:
    current, needed = migrations.current(of.db.url), migrations.head()
    if current != needed:
        raise InboxSLAError(f"The database is at step {current}, this version needs {needed}: run `inboxsla migrate`.")
