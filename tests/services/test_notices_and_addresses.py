"""Notices to customers and where they go: one to an address, whoever looks in the same instant; none where no mail can go."""

from __future__ import annotations

from pathlib import Path

from inboxsla.services import configuring, deliver, setup, sync
from inboxsla.services.courtesies import compose_notices
from inboxsla.storage import envelopes, outbox
from inboxsla.storage.database import Database
from tests.builders import Desk
from tests.office import DESK, SALES, an_office
from tests.services.test_customer_notices import configure, document, outcomes, wrote

POLICY = (
    'default_policy = "Standard"\n[calendars.Berlin]\nzone = "Europe/Berlin"\nhours = "24x7"\n'
    f'[[mailboxes]]\naddress = "{DESK}"\n[[mailboxes]]\naddress = "{SALES}"\n'
    '[[people]]\naddress = "ana@office.example"\nname = "Ana Ruiz"\nrole = "admin"\n'
    '[[policies]]\nname = "Standard"\ncalendar = "Berlin"\ntargets = {first_response = "4h"}\nsteps = []\n'
    "[policies.notices]\nacknowledge = true\n"
)


def test_two_mailboxes_that_acknowledge_one_address_in_the_same_instant_send_one_notice(
    postgresql_database: Database, tmp_path: Path
) -> None:
    with an_office(postgresql_database, tmp_path / "data") as office:
        ports = office.ports
        for address in (DESK, SALES):
            office.browser(address)
            setup.live(ports, address, "the tests")
        configuring.import_(ports, POLICY, "the tests", open_too=False)
        boxes = [box for address in (DESK, SALES) if (box := office.mailbox(address)) is not None]
        for box in boxes:
            office.writes(address=box.address)
            sync.sync(ports, box.id)
        now = ports.now()
        with ports.db.write() as one, ports.db.write() as other:
            made = [compose_notices(conn, ports, box, now) for conn, box in zip((one, other), boxes, strict=True)]
        assert made == [1, 0]
        with ports.db.read() as conn:
            assert len(outbox.owed(conn, boxes[1].id, now, 9)) == 1, "it is looked at again"
        for box in boxes:
            deliver.deliver(ports, box.id)
        with ports.db.read() as conn:
            assert [(mail.mailbox_id, mail.state) for mail in envelopes.newest(conn, 9)] == [(boxes[0].id, "sent")]
            assert outbox.mailboxes_owing(conn, ports.now()) == []


def test_where_no_mail_can_go_none_is_tried_and_nobody_is_alarmed(one_desk: Desk) -> None:
    configure(one_desk, document())
    for sender in ("zofia@rowéry.example", "zofia..w@rowery.example", f"zofia@{'y' * 400}.example"):
        assert outcomes(one_desk, wrote(one_desk, sender)) == ["no mail can go to such an address"]
    assert one_desk.mails() == []
    assert one_desk.board().alarms == ()
