"""Connecting a Gmail account that only sends, using it through the real wiring, and disconnecting it."""

from __future__ import annotations

import pytest

from inboxsla.errors import Missing, Misused, Refused
from inboxsla.gmail.sending_account import METADATA, SEND
from inboxsla.notify.mailer import Route, Taken, Way
from inboxsla.services import access, sender_accounts
from inboxsla.services.sender_accounts import Connected
from inboxsla.storage import senders
from tests.office import DESK, REDIRECT, ROBOT, SALES, Office, consented, robot_file, set_anew, user_file

MAIL = b"From: x@office.example\r\nTo: ana@office.example\r\nSubject: Hello\r\nX-InboxSLA-Id: abc\r\n\r\nHello\r\n"
WAY = Way(Route.GMAIL, SALES)


def browser(office: Office, address: str = SALES) -> Connected:
    begun = sender_accounts.begin(office.ports, address, REDIRECT)
    return sender_accounts.finish(office.ports, address, REDIRECT, begun, consented(begun.url), "ana")


def sends(office: Office) -> Taken:
    return office.ports.mailer(WAY).send(MAIL, SALES, "ana@office.example")


def test_the_consent_asks_for_sending_and_headers_and_nothing_else(one_office: Office) -> None:
    done = browser(one_office)
    assert one_office.consents.asked[-1]["scope"].split() == [SEND, METADATA]
    assert (done.kind, done.finds) == ("user", True)
    taken = sends(one_office)
    assert one_office.ports.mailer(WAY).find("abc", one_office.store.now()) == taken
    assert one_office.ports.mailer(WAY).find("abcd", one_office.store.now()) is None
    assert one_office.mailbox(SALES) is None, "it is no mailbox, and nobody reads it"


def test_who_unticks_the_headers_can_send_all_the_same(one_office: Office) -> None:
    one_office.consents.unticks = frozenset({METADATA})
    assert not browser(one_office).finds
    assert sends(one_office).rfc_id == ""
    with pytest.raises(Refused, match="for sending only"):
        one_office.ports.mailer(WAY).find("abc", one_office.store.now())


def test_what_cannot_send_or_is_somebody_elses_is_not_kept(one_office: Office) -> None:
    one_office.consents.unticks = frozenset({SEND})
    with pytest.raises(Refused, match="permission to send is missing"):
        browser(one_office)
    one_office.consents.unticks, one_office.consents.account = frozenset(), DESK
    with pytest.raises(Refused, match=f"This opens {DESK}, not {SALES}"):
        browser(one_office)
    with pytest.raises(Missing, match=f"mail connect {SALES}"):
        sends(one_office)


def test_a_mailbox_is_no_second_account(one_office: Office) -> None:
    one_office.browser()
    with pytest.raises(Refused, match="one of the mailboxes"):
        browser(one_office, DESK)


def test_a_file_connects_it_and_survives_a_new_key_and_a_short_lived_token(one_office: Office) -> None:
    one_office.consents.expires_in = 1
    done = sender_accounts.from_file(one_office.ports, SALES, user_file(refresh_token=SALES), "f.json", "ana")
    assert done.finds
    assert access.rotate(one_office.ports, "the tests") == 1
    sends(one_office)
    with one_office.ports.db.read() as conn:
        row = senders.get(conn, SALES)
    assert row is not None
    assert "file-secret" not in row.sealed


def test_a_service_account_is_used_where_it_is_listed(one_office: Office) -> None:
    file = robot_file(one_office.consents)
    with pytest.raises(Misused, match="service_account_mailboxes"):
        sender_accounts.from_file(one_office.ports, SALES, file, "robot.json", "ana")
    office = set_anew(
        one_office, google={**one_office.settings.google.model_dump(), "service_account_mailboxes": [SALES]}
    )
    with pytest.raises(Refused, match="must be allowed the scope .*gmail.send"):
        sender_accounts.from_file(office.ports, SALES, file, "robot.json", "ana")
    office.consents.delegated = frozenset({SEND})
    done = sender_accounts.from_file(office.ports, SALES, file, "robot.json", "ana")
    assert (done.kind, done.finds) == ("service_account", False)
    assert sends(office).id
    with office.ports.db.read() as conn:
        row = senders.get(conn, SALES)
    assert row is not None
    assert row.account == ROBOT


def test_disconnecting_gives_the_permission_back(one_office: Office) -> None:
    browser(one_office)
    lines = sender_accounts.disconnect(one_office.ports, SALES, "ana")
    assert "taken back at Google" in lines[0]
    assert len(one_office.consents.revoked) == 1
    with pytest.raises(Missing):
        sends(one_office)
    with pytest.raises(Missing):
        sender_accounts.disconnect(one_office.ports, SALES, "ana")
