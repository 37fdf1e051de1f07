"""Connecting a mailbox: only what opens exactly this address, and opens it far enough, is kept; and it is kept sealed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla.errors import AccessLost, Misused, Refused, TryLater
from inboxsla.gmail.credentials import MODIFY
from inboxsla.services import connecting, queries, setup, sync, ticking
from inboxsla.storage import credentials
from inboxsla.storage.schema import consents as consents_table
from inboxsla.storage.schema import credentials as table
from tests.office import DESK, REDIRECT, ROBOT, SALES, Office, consented, robot_file, set_anew, user_file


def nothing_stored(office: Office) -> bool:
    with office.ports.db.read() as conn:
        return office.mailbox() is None and credentials.every(conn) == {}


def test_whoever_consents_connects_their_mailbox_observed_and_its_mail_is_read(office: Office) -> None:
    thread = office.writes()
    done = office.browser()
    assert (done.is_new, done.mailbox.mode, done.kind) == (True, "observed", "user")
    assert sync.sync(office.ports, done.mailbox.id).skipped == ""
    assert [ticket.thread_id for ticket in queries.board(office.ports).tickets] == [thread]
    asked = office.consents.asked[-1]
    assert (asked["scope"], asked["access_type"], asked["login_hint"]) == (MODIFY, "offline", DESK)
    assert asked["code_challenge_method"] == "S256"


def test_it_is_read_with_the_next_tick(one_office: Office) -> None:
    done = one_office.browser()
    one_office.writes()
    ticking.tick(one_office.ports, ticking.Memory())
    box = one_office.mailbox()
    assert box is not None
    assert box.last_sync_at is not None
    assert box.id == done.mailbox.id


def test_what_opens_it_is_sealed_and_the_key_is_elsewhere(office: Office, tmp_path: Path) -> None:
    office.browser()
    lasting = next(iter(office.consents.tokens))
    with office.ports.db.read() as conn:
        row = conn.execute(select(table)).one()
    assert row.scopes == [MODIFY]
    assert row.account == DESK
    assert row.connected_by == "ana"
    key = tmp_path / "data" / "sealing-key"
    assert key.stat().st_mode & 0o777 == 0o600
    for secret in (lasting, "office-secret", key.read_text().strip()):
        assert secret not in str(row)


def test_an_authorized_user_file_connects_it_as_well(office: Office) -> None:
    done = office.file()
    assert done.mailbox.mode == "observed"
    with office.ports.db.read() as conn:
        assert credentials.every(conn)[done.mailbox.id].scopes == (MODIFY,)
    assert office.ports.mailbox(DESK).profile().address == DESK


def test_a_service_account_opens_listed_mailboxes_only(office: Office) -> None:
    key = robot_file(office.consents)
    with pytest.raises(Misused, match=rf'every mailbox of the organisation.*service_account_mailboxes = \["{DESK}"\]'):
        connecting.from_file(office.ports, DESK, key, "robot.json", "ana")
    assert nothing_stored(office)
    google = office.settings.google.model_dump() | {"service_account_mailboxes": [DESK]}
    listed = set_anew(office, google=google)
    done = connecting.from_file(listed.ports, DESK, key, "robot.json", "ana")
    assert done.kind == "service_account"
    with listed.ports.db.read() as conn:
        assert credentials.every(conn)[done.mailbox.id].account == ROBOT
    assert listed.ports.mailbox(DESK).profile().address == DESK
    with pytest.raises(AccessLost, match="does not list it"):
        set_anew(listed, google=google | {"service_account_mailboxes": []}).ports.mailbox(DESK)


def test_a_key_google_does_not_know_connects_nothing(one_office: Office) -> None:
    google = one_office.settings.google.model_dump() | {"service_account_mailboxes": [DESK]}
    listed = set_anew(one_office, google=google)
    robot_file(one_office.consents)
    with pytest.raises(Refused, match="does not accept this service-account key"):
        connecting.from_file(listed.ports, DESK, robot_file(), "robot.json", "ana")
    assert nothing_stored(listed)


def test_the_account_that_consented_must_be_the_one_named(office: Office) -> None:
    office.consents.account = SALES
    with pytest.raises(Refused, match=rf"This opens {SALES}, not {DESK}\. Nothing was connected"):
        office.browser()
    with pytest.raises(Refused, match=f"This opens {SALES}"):
        office.file(refresh_token=SALES)
    assert nothing_stored(office)


def test_whoever_unticks_the_box_is_told_which_one_to_leave(one_office: Office) -> None:
    one_office.consents.unticks = frozenset({MODIFY})
    with pytest.raises(Refused, match="leave the box “Read, compose, and send emails from your Gmail account” ticked"):
        one_office.browser()
    assert nothing_stored(one_office)


def test_a_permission_made_elsewhere_that_is_too_narrow_is_not_kept(one_office: Office) -> None:
    one_office.consents.tokens["1//narrow"] = (DESK, "https://www.googleapis.com/auth/gmail.readonly")
    with pytest.raises(Refused, match="The permission to read, label and send is missing"):
        one_office.file(refresh_token="1//narrow")
    one_office.consents.tokens["1//wide"] = (DESK, "https://mail.google.com/")
    assert one_office.file(refresh_token="1//wide").mailbox.address == DESK


def test_whoever_says_no_connects_nothing(one_office: Office) -> None:
    one_office.consents.denies = True
    with pytest.raises(Refused, match="The consent was declined"):
        one_office.browser()
    assert nothing_stored(one_office)


def test_without_a_lasting_permission_it_says_how_to_get_one(one_office: Office) -> None:
    one_office.consents.lasting = False
    with pytest.raises(Refused, match=r"no lasting permission.*myaccount\.google\.com/connections"):
        one_office.browser()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not { json", "desk.json is not JSON"),
        ("[1, 2]", "is JSON, but not a credentials file"),
        ('{"type": "external_account"}', "of another kind"),
        ('{"installed": {"client_id": "a"}}', "describes an OAuth client.*google.client_file"),
        (user_file(refresh_token=None), "lacks refresh_token"),
        (user_file(client_id="", client_secret=7), "lacks client_id and client_secret"),
        ('{"type": "service_account", "client_email": "a@b"}', "lacks private_key"),
        ('{"type": "service_account", "client_email": "a@b", "private_key": "x"}', "private key that cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_is_wrong_with_it(
    one_office: Office, text: str, sentence: str
) -> None:
    with pytest.raises(Misused, match=sentence):
        connecting.from_file(one_office.ports, DESK, text, "desk.json", "ana")
    assert nothing_stored(one_office)


def test_a_permission_taken_back_is_not_accepted(one_office: Office) -> None:
    one_office.store.revoke(DESK)
    with pytest.raises(Refused, match="does not accept this permission any more.*seven days"):
        one_office.file()
    assert nothing_stored(one_office)


def test_while_google_is_away_nothing_is_connected(one_office: Office) -> None:
    google = one_office.settings.google.model_dump()
    away = set_anew(one_office, google=google | {"token_uri": "http://127.0.0.1:9/token"})
    with pytest.raises(TryLater, match=r"cannot be reached at 127\.0\.0\.1"):
        away.file()
    begun = connecting.begin(away.ports, DESK, REDIRECT)
    with pytest.raises(TryLater, match="cannot be reached"):
        connecting.finish(away.ports, DESK, REDIRECT, begun, consented(begun.url), "ana")
    assert nothing_stored(away)


def test_an_unencrypted_address_elsewhere_gets_no_secret(one_office: Office) -> None:
    google = one_office.settings.google.model_dump() | {"token_uri": "http://google.example/token"}
    with pytest.raises(Misused, match="is not encrypted"):
        connecting.begin(set_anew(one_office, google=google).ports, DESK, REDIRECT)


def test_without_a_client_it_says_where_to_write_one(one_office: Office) -> None:
    google = one_office.settings.google.model_dump() | {"client_id": "", "client_secret": ""}
    with pytest.raises(Misused, match="No OAuth client is set up yet.*google.client_id"):
        connecting.begin(set_anew(one_office, google=google).ports, DESK, REDIRECT)


def test_a_client_may_come_from_the_file_google_cloud_offers(one_office: Office, tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    one_office.consents.clients["from-file"] = "its-secret"
    google = one_office.settings.google.model_dump() | {"client_id": "", "client_secret": "", "client_file": str(file)}
    with pytest.raises(Misused, match="cannot be read"):
        set_anew(one_office, google=google).browser()
    file.write_text('{"neither": {}}')
    with pytest.raises(Misused, match="is not the file Google Cloud offers"):
        set_anew(one_office, google=google).browser()
    file.write_text(json.dumps({"installed": {"client_id": "from-file", "client_secret": "its-secret"}}))
    assert set_anew(one_office, google=google).browser().mailbox.address == DESK


def test_a_client_google_does_not_know_is_named(one_office: Office) -> None:
    one_office.consents.clients["office-client"] = "another-secret"
    with pytest.raises(Misused, match="does not accept this installation's OAuth client"):
        one_office.browser()


def test_lost_access_stops_this_mailbox_alone_and_connecting_again_goes_on_where_it_was(office: Office) -> None:
    desk, sales = office.browser().mailbox, office.browser(SALES).mailbox
    setup.live(office.ports, DESK, "ana")
    sync.sync(office.ports, desk.id)
    office.store.revoke(DESK)
    for box in (desk, sales):
        sync.sync(office.ports, box.id)
    assert [box.access_lost_at is not None for box in map(office.mailbox, (DESK, SALES)) if box] == [True, False]
    (alarm,) = office.alarms()
    assert DESK in alarm
    assert "connect" in alarm
    thread = office.writes()
    again = office.browser()
    assert (again.is_new, again.mailbox.mode) == (False, "live")
    assert office.alarms() == []
    assert sync.sync(office.ports, desk.id).ticket_threads == {thread}


def test_a_mailbox_nobody_connected_is_named_with_how_to(one_office: Office) -> None:
    with pytest.raises(AccessLost, match=f"not connected.*connect {SALES}"):
        one_office.ports.mailbox(SALES)


def test_a_connected_mailbox_need_not_be_in_the_configuration_and_in_it_nothing_doubles(office: Office) -> None:
    box = office.browser().mailbox
    setup.prepare(office.ports)
    assert office.mailbox() == box
    listed = set_anew(office, mailboxes=[{"address": DESK, "aliases": ["help@office.example"]}])
    found = listed.mailbox()
    assert found is not None
    assert (found.id, found.aliases) == (box.id, ("help@office.example",))
    assert len(queries.board(listed.ports).mailboxes) == 1
    setup.prepare(office.ports)
    kept = office.mailbox()
    assert kept is not None
    assert kept.retired_at is None


def test_a_consent_comes_back_once_within_ten_minutes_to_the_browser_it_began_in(office: Office) -> None:
    url = connecting.begin_for_browser(office.ports, DESK, REDIRECT, "session")
    answer = consented(url)
    with office.ports.db.read() as conn:
        assert answer["state"] not in str(conn.execute(select(consents_table)).all())
    for forged in ({**answer, "state": "guessed"}, {}):
        with pytest.raises(Refused, match="Nobody here waits for this answer"):
            connecting.finish_for_browser(office.ports, forged, "session", "ana")
    with pytest.raises(Refused, match="in the browser it was begun in"):
        connecting.finish_for_browser(office.ports, answer, "another session", "ana")
    assert connecting.finish_for_browser(office.ports, answer, "session", "ana").mailbox.address == DESK
    with pytest.raises(Refused, match="can be used once"):
        connecting.finish_for_browser(office.ports, answer, "session", "ana")


def test_a_code_that_was_intercepted_opens_nothing_without_the_verifier(one_office: Office) -> None:
    first = connecting.begin(one_office.ports, DESK, REDIRECT)
    second = connecting.begin(one_office.ports, DESK, REDIRECT)
    stolen = {**consented(first.url), "state": second.state}
    with pytest.raises(Refused, match="not good any more"):
        connecting.finish(one_office.ports, DESK, REDIRECT, second, stolen, "mallory")
    assert nothing_stored(one_office)


def test_the_demo_is_not_connected(one_office: Office) -> None:
    with pytest.raises(Misused, match="This is the demo"):
        set_anew(one_office, demo=True, mailboxes=[{"address": DESK}]).file()
