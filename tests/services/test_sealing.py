"""What opens a mailbox is kept sealed, renewed by itself, and sealed anew when the key is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.errors import AccessLost, Refused, TryLater
from inboxsla.gmail.keys import new_key
from inboxsla.services import access, checkup, sync
from tests.office import DESK, SALES, Office, set_anew


def test_an_access_token_is_asked_for_once_and_kept_for_the_next_job(one_office: Office) -> None:
    one_office.browser()
    gmail = set_anew(one_office, google=one_office.settings.google.model_dump() | {"token_uri": "http://127.0.0.1:9/"})
    assert gmail.ports.mailbox(DESK).profile().address == DESK


def test_a_token_that_ran_out_is_renewed_by_itself(one_office: Office) -> None:
    one_office.consents.expires_in = 1
    one_office.browser()
    assert one_office.ports.mailbox(DESK).profile().address == DESK
    one_office.store.revoke(DESK)
    with pytest.raises(AccessLost, match="no longer accepts our access"):
        one_office.ports.mailbox(DESK).profile()
    google = one_office.settings.google.model_dump() | {"token_uri": "http://127.0.0.1:9/token"}
    with pytest.raises(TryLater):
        set_anew(one_office, google=google).ports.mailbox(DESK).profile()


def test_the_key_is_replaced_and_everything_still_opens(office: Office, tmp_path: Path) -> None:
    office.browser()
    office.browser(SALES)
    file = tmp_path / "data" / "sealing-key"
    before = file.read_text()
    assert access.rotate(office.ports, "the tests") == 2
    assert len(file.read_text().split()) == 1
    assert file.read_text() != before
    assert office.ports.mailbox(SALES).profile().address == SALES
    # Broken off after the new key was written: the next call ends it.
    file.write_text(f"{new_key()}\n{file.read_text()}")
    assert access.rotate(office.ports, "the tests") == 2
    assert office.ports.mailbox(DESK).profile().address == DESK


def test_a_key_in_the_settings_is_replaced_by_one_in_front_of_it(one_office: Office) -> None:
    old, new = new_key(), new_key()
    with_old = set_anew(one_office, sealing_key=old)
    with_old.browser()
    with pytest.raises(Refused, match="INBOXSLA_SEALING_KEY=NEW,OLD"):
        access.rotate(with_old.ports, "the tests")
    assert access.rotate(set_anew(one_office, sealing_key=f"{new},{old}").ports, "the tests") == 1
    assert set_anew(one_office, sealing_key=new).ports.mailbox(DESK).profile().address == DESK
    with pytest.raises(TryLater, match=f"key that seals our permission.*connect {DESK}"):
        with_old.ports.mailbox(DESK)


def test_without_the_key_the_mailbox_waits_for_it_or_is_connected_again(one_office: Office, tmp_path: Path) -> None:
    box = one_office.browser().mailbox
    key = tmp_path / "data" / "sealing-key"
    before = key.read_text()
    key.unlink()
    sync.sync(one_office.ports, box.id)
    waiting = one_office.mailbox()
    assert waiting is not None
    assert waiting.access_lost_at is None
    assert f"Put it back (INBOXSLA_SEALING_KEY, or {key.name} in the data folder), or connect again" in str(
        waiting.sync_error
    )
    assert one_office.browser().mailbox.sync_error is None
    assert one_office.ports.mailbox(DESK).profile().address == DESK
    key.write_text(before)
    with pytest.raises(TryLater):
        one_office.ports.mailbox(DESK)


def test_a_key_that_others_can_read_is_refused(one_office: Office, tmp_path: Path) -> None:
    one_office.browser()
    key = tmp_path / "data" / "sealing-key"
    key.chmod(0o644)
    with pytest.raises(Refused, match=f"others on this machine can read it .mode 644.*chmod 600 {key}"):
        one_office.browser()
    key.chmod(0o600)
    key.write_text("not a key\n")
    with pytest.raises(Refused, match="cannot be used") as refused:
        one_office.browser()
    assert "not a key\n" not in str(refused.value)


def test_the_doctor_says_what_cannot_be_opened_before_anybody_tries(one_office: Office, tmp_path: Path) -> None:
    one_office.browser()
    there = set_anew(one_office, mailboxes=[{"address": SALES}])
    words = " ".join(line.words for line in checkup.found(there.ports))
    assert f"{DESK} is observed, not read yet." in words
    assert f"{SALES} is not connected: " in words
    (tmp_path / "data" / "sealing-key").unlink()
    wrong = [line.words for line in checkup.found(there.ports) if not line.ok]
    assert any(line.startswith(f"{DESK} (observed): The key that seals") for line in wrong)
