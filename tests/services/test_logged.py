"""Whatever changes a setting is in the change log, also where nobody pressed a button: a file, a key, the demo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from inboxsla.services import access, setup
from inboxsla.services.ports import Ports
from inboxsla.storage import schema
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, SUPPORT, Desk, settings
from tests.office import Office
from tests.services import mailbox_files
from tests.services.mailbox_files import Mail, imported, written


def logged(database: Database) -> list[tuple[str, str, Any, Any]]:
    with database.read() as conn:
        rows = conn.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
    return [(row.actor, row.what, row.before, row.after) for row in rows]


def edited(desk: Desk, **changes: Any) -> Ports:
    return replace(desk.ports, settings=settings(**changes))


def test_an_edited_file_is_logged_at_the_next_start_and_only_then(one_desk: Desk) -> None:
    before = len(logged(one_desk.database))
    setup.prepare(one_desk.ports)
    assert len(logged(one_desk.database)) == before

    people = [{"address": ANA, "name": "Ana Ruiz"}, {"address": CLAIRE, "name": "Claire Dubois", "role": "admin"}]
    setup.prepare(edited(one_desk, people=people, policy={"first_response": "1h"}))

    told = {what: (actor, was, now) for actor, what, was, now in logged(one_desk.database)[before:]}
    actor, was, now = told[f"mailbox {SUPPORT} taken from config.toml"]
    assert actor == "config.toml"
    assert f"{CLAIRE} (lead)" in was["people"]
    assert now["people"] == [f"{ANA} (agent)", f"{CLAIRE} (admin)"]
    assert "policy Default taken from config.toml" in told


def test_a_new_sealing_key_is_logged_without_the_key(one_office: Office) -> None:
    access.rotate(one_office.ports, CLAIRE)
    actor, what, _, after = logged(one_office.ports.db)[-1]
    assert (actor, what, after) == (CLAIRE, "sealing key replaced", {"sealed anew": 0})


def test_a_file_that_is_read_is_logged_with_who_answers_in_it(sqlite_database: Database, tmp_path: Path) -> None:
    imported(mailbox_files.ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", Mail("1")))
    _, what, before, after = logged(sqlite_database)[-1]
    assert (what, before) == (f"mailbox {mailbox_files.SUPPORT} read from a file", None)
    assert after["people"] == [mailbox_files.ANA]


def test_the_demo_that_goes_live_by_itself_is_logged(sqlite_database: Database, tmp_path: Path) -> None:
    chosen = settings(demo=True, data_dir=str(tmp_path))
    setup.prepare(replace(mailbox_files.ports(sqlite_database, tmp_path), settings=chosen))
    assert ("the demo", f"mailbox {SUPPORT} made live") in [entry[:2] for entry in logged(sqlite_database)]
