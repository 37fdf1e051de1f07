"""Several mailboxes side by side: each has its own troubles, and one mail in two of them is shown as such."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.gmail.simulator import Fault
from inboxsla.gmail.simulator.letters import letter
from inboxsla.services import queries, sync
from inboxsla.storage.database import Database
from tests.office import DESK, SALES, Office, an_office

SAY = English("Europe/Berlin")


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    with an_office(database, tmp_path / "data") as made:
        made.browser()
        made.browser(SALES)
        yield made


def read(office: Office) -> None:
    for address in (DESK, SALES):
        box = office.mailbox(address)
        assert box is not None
        sync.sync(office.ports, box.id)


def test_one_mail_in_two_mailboxes_is_shown_on_both_tickets(office: Office) -> None:
    raw = letter(
        sender="Zofia <zofia@rowery.example>",
        to=f"{DESK}, {SALES}",
        subject="Refund",
        text="Hello",
        at=office.store.now(),
    )
    for address in (DESK, SALES):
        office.store.deliver(address, raw)
    office.writes("Something else")
    read(office)
    tickets = {(view.mailbox, view.subject): view.id for view in queries.board(office.ports).tickets}
    first, second = tickets[DESK, "Refund"], tickets[SALES, "Refund"]
    assert queries.ticket(office.ports, first, SAY).also == ((second, SALES),)
    assert queries.ticket(office.ports, second, SAY).also == ((first, DESK),)
    assert queries.ticket(office.ports, tickets[DESK, "Something else"], SAY).also == ()
    said = listing.one(queries.ticket(office.ports, first, SAY), SAY, why=False)
    assert f"{SALES} (#{second})" in said
    assert "none while observed; live it would be SLA/Low" in said


def test_one_bad_mailbox_does_not_keep_the_other_from_being_read(office: Office) -> None:
    office.server.faults.plan(Fault("status", "*", code=503, times=None, mailbox=DESK))
    office.writes(address=SALES)
    read(office)
    desk, sales = office.mailbox(), office.mailbox(SALES)
    assert desk is not None
    assert sales is not None
    assert (desk.last_sync_at, sales.sync_error) == (None, None)
    assert [view.mailbox for view in queries.board(office.ports).tickets] == [SALES]
