"""Disconnecting: Gmail looks as if we had never been there, Google forgets the permission, and the receipt says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.errors import Refused
from inboxsla.gmail.keys import new_key
from inboxsla.gmail.simulator import Fault
from inboxsla.services import access, connecting, deliver, disconnecting, exporting, queries, settle, setup, sync
from inboxsla.storage import credentials, tickets
from inboxsla.storage.database import Database
from tests.office import DESK, SALES, Office, an_office, robot_file, set_anew


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    with an_office(database, tmp_path / "data") as made:
        yield labelled(made)


@pytest.fixture
def one_office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    with an_office(sqlite_database, tmp_path / "data") as made:
        yield labelled(made)


def labelled(office: Office) -> Office:
    """A live, connected mailbox with three labelled threads."""
    box = office.browser().mailbox
    setup.live(office.ports, DESK, "ana")
    for number in range(3):
        office.writes(f"Lamp {number}")
    sync.sync(office.ports, box.id)
    with office.ports.db.read() as conn:
        ids = tickets.ids_of(conn, box.id)
    settle.wake(office.ports, ids)
    deliver.deliver(office.ports, box.id)
    assert labels(office) == 3
    return office


def labels(office: Office) -> int:
    """How many messages carry one of our labels in Gmail."""
    with office.store.database.reading() as conn:
        return int(
            conn.execute(
                "SELECT count(*) FROM message_labels m JOIN labels l ON l.mailbox = m.mailbox AND l.id = m.label_id "
                "WHERE l.name LIKE 'SLA/%'"
            ).fetchone()[0]
        )


def test_labels_come_off_the_permission_is_given_back_and_everything_is_deleted(office: Office) -> None:
    (lasting,) = office.consents.tokens
    there = disconnecting.goes(office.ports, DESK)
    assert (there.tickets, there.labelled, there.is_connected) == (3, 3, True)
    heard: list[int] = []
    receipt = disconnecting.disconnect(office.ports, DESK, "ana", moved=heard.append)
    assert receipt.is_done
    assert [line.partition(".")[0] for line in receipt.lines] == [
        "It is not read any more; 0 owed reminders and changes were cancelled",
        "Our labels are off 3 threads",
        "The permission was taken back at Google",
        "desk@office",
    ]
    assert receipt.lines[-1] == f"{DESK} is deleted, with 3 tickets."
    assert (labels(office), sum(heard), office.consents.revoked) == (0, 3, [lasting])
    assert office.mailbox() is None
    with office.ports.db.read() as conn:
        assert credentials.every(conn) == {}
        assert tickets.count(conn) == 0


def test_while_gmail_is_away_it_says_how_many_threads_are_left_and_goes_on_later(office: Office) -> None:
    office.server.faults.plan(Fault("status", "threads.modify", code=503, after=1, times=1))
    receipt = disconnecting.disconnect(office.ports, DESK, "ana")
    assert not receipt.is_done
    assert "Our labels are off 1 thread; 2 threads are left." in receipt.lines
    assert "Call this again" in receipt.lines[-1]
    assert office.consents.revoked == []
    box = office.mailbox()
    assert box is not None
    assert sync.sync(office.ports, box.id).skipped, "meanwhile it is not read"
    again = disconnecting.disconnect(office.ports, DESK, "ana")
    assert again.is_done
    assert "Our labels are off 2 threads." in again.lines[0]
    assert labels(office) == 0


def test_where_google_asks_to_wait_whoever_may_wait_does(one_office: Office) -> None:
    one_office.server.faults.plan(Fault("status", "threads.modify", code=429, retry_after=1))
    waited: list[float] = []
    receipt = disconnecting.disconnect(
        one_office.ports, DESK, "ana", waits=lambda wait: not waited.append(wait.total_seconds())
    )
    assert receipt.is_done
    # Until that second is over, it is told so at each further try.
    assert waited[0] == 1
    assert max(waited) == 1


def test_without_access_the_labels_stay_and_the_receipt_says_how_they_go(one_office: Office) -> None:
    one_office.store.revoke(DESK)
    receipt = disconnecting.disconnect(one_office.ports, DESK, "ana")
    assert receipt.is_done
    assert "so our labels stay on 3 threads; deleting the SLA labels in Gmail takes them off" in receipt.lines[1]
    assert "Google knew the permission no more." in receipt.lines
    assert one_office.mailbox() is None


def test_while_google_cannot_take_the_permission_back_it_is_kept_to_be_given_back(one_office: Office) -> None:
    google = one_office.settings.google.model_dump() | {"revoke_uri": "http://127.0.0.1:9/revoke"}
    receipt = disconnecting.disconnect(set_anew(one_office, google=google).ports, DESK, "ana")
    assert not receipt.is_done
    assert "Google cannot be reached at 127.0.0.1" in receipt.lines[-1]
    assert disconnecting.disconnect(one_office.ports, DESK, "ana").is_done
    assert len(one_office.consents.revoked) == 1


def test_its_tickets_can_be_kept_apart_and_deleted_later(office: Office) -> None:
    receipt = disconnecting.disconnect(office.ports, DESK, "ana", keep=True)
    assert receipt.is_done
    assert "3 tickets stay here, apart." in receipt.lines[-1]
    setup.prepare(office.ports)
    assert [box.mode for box in queries.board(office.ports).mailboxes] == ["retired"]
    with pytest.raises(Refused, match="kept already"):
        disconnecting.disconnect(office.ports, DESK, "ana", keep=True)
    assert disconnecting.disconnect(office.ports, DESK, "ana").lines == [f"{DESK} is deleted, with 3 tickets."]


def test_connected_again_it_begins_observed(one_office: Office) -> None:
    disconnecting.disconnect(one_office.ports, DESK, "ana", keep=True)
    again = one_office.browser()
    assert (again.mailbox.mode, again.mailbox.retired_at) == ("observed", None)
    assert len(queries.board(one_office.ports, show="all").tickets) == 3


def test_everything_kept_can_be_taken_along_as_json_lines(office: Office) -> None:
    found = [json.loads(line) for line in exporting.lines(office.ports, DESK)]
    assert [one["subject"] for one in found] == ["Lamp 2", "Lamp 1", "Lamp 0"]
    assert found[0]["events"][0]["kind"] == "customer_wrote"
    assert found[0]["messages"][0]["from"] == "zofia@rowery.example"
    with pytest.raises(Refused, match="No mailbox sales"):
        list(exporting.lines(office.ports, "sales@office.example"))


def test_the_key_of_a_service_account_is_not_ours_to_take_back(one_office: Office) -> None:
    google = one_office.settings.google.model_dump() | {"service_account_mailboxes": [SALES]}
    listed = set_anew(one_office, google=google)
    connecting.from_file(listed.ports, SALES, robot_file(listed.consents), "robot.json", "ana")
    receipt = disconnecting.disconnect(listed.ports, SALES, "ana")
    assert any("still opens every mailbox of the organisation" in line for line in receipt.lines)
    assert listed.consents.revoked == []


def test_a_mailbox_nobody_connected_is_refused_as_before(one_office: Office) -> None:
    listed = set_anew(one_office, mailboxes=[{"address": SALES}])
    with pytest.raises(Refused, match="is in the configuration"):
        disconnecting.disconnect(listed.ports, SALES, "ana")
    with pytest.raises(Refused, match="has left the configuration"):
        disconnecting.goes(listed.ports, "nobody@office.example")


def test_one_that_the_configuration_names_says_that_it_would_come_back(one_office: Office) -> None:
    listed = set_anew(one_office, mailboxes=[{"address": DESK}])
    assert f"config.toml still names {DESK}" in disconnecting.disconnect(listed.ports, DESK, "ana").lines[-1]


def test_without_its_key_it_can_still_be_disconnected(one_office: Office, tmp_path: Path) -> None:
    (tmp_path / "data" / "sealing-key").write_text(f"{new_key()}\n")
    receipt = disconnecting.disconnect(one_office.ports, DESK, "ana")
    assert receipt.is_done
    assert any("cannot be unsealed here" in line for line in receipt.lines)
    assert access.rotate(one_office.ports, "the tests") == 0
