"""`inboxsla mail` and `inboxsla alarms`: what they say and how they end, against a real mail server and a simulated Google."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inboxsla.cli import main
from inboxsla.gmail.simulator import SimulatorServer, Store
from tests.office import DESK, SALES, user_file
from tests.post import Post, a_post

ANA = "ana@office.example"


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with a_post() as started:
        for name, value in started.settings().items():
            monkeypatch.setenv(f"INBOXSLA_SMTP__{name.upper()}", str(value))
        monkeypatch.setenv("INBOXSLA_DATA_DIR", str(tmp_path / "data"))
        monkeypatch.setenv("INBOXSLA_DEMO", "false")
        monkeypatch.chdir(tmp_path)
        yield started


@pytest.fixture
def google(post: Post, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    store = Store(":memory:", seed=7)
    for address in (DESK, SALES):
        store.add_mailbox(address)
    with SimulatorServer(store) as server:
        monkeypatch.setenv("INBOXSLA_QUOTA__UNITS_PER_MINUTE", "1000000")
        monkeypatch.setenv("INBOXSLA_GOOGLE__API_ROOT", server.url)
        monkeypatch.setenv("INBOXSLA_GOOGLE__TOKEN_URI", f"{server.url}/token")
        monkeypatch.setenv("INBOXSLA_GOOGLE__REVOKE_URI", f"{server.url}/revoke")
        yield server
    store.close()


def called(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_test_mail_through_the_relay_says_each_step(post: Post) -> None:
    said = called("mail", "test", ANA, "--way", "smtp")
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        "Through the mail server 127.0.0.1:",
        f"  127.0.0.1:{post.port} answers.",
        f"  It takes mail from desk@relay.example to {ANA}.",
        f"  127.0.0.1:{post.port} took the mail: 250 2.0.0 Queued",
        f"A test mail to {ANA} was taken. See that it arrives, and that it is not in the spam folder.",
    ]
    assert post.mails[0]["Subject"] == "Test from InboxSLA"


def test_what_goes_wrong_is_said_in_words_and_by_the_exit_code(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.refuses[ANA] = "550 5.1.1 No such user here"
    said = called("mail", "test", ANA, "--way", "smtp")
    assert (said.exit_code, f"takes no mail to {ANA}: 550 5.1.1 No such user here" in said.stderr) == (1, True)
    post.refuses.clear()
    post.cuts = 1
    said = called("mail", "test", ANA, "--way", "smtp")
    assert (said.exit_code, "It may have arrived" in said.stderr) == (1, True)
    monkeypatch.setenv("INBOXSLA_SMTP__TLS", "starttls")
    said = called("mail", "test", ANA, "--way", "smtp")
    assert (said.exit_code, "offers no STARTTLS" in said.stderr) == (1, True)
    monkeypatch.setenv("INBOXSLA_SMTP__USER", "desk")
    monkeypatch.setenv("INBOXSLA_SMTP__PASSWORD_FILE", "nothing-here")
    said = called("mail", "test", ANA, "--way", "smtp")
    assert (said.exit_code, "nothing-here, cannot be read" in said.stderr) == (1, True)


def test_a_call_that_cannot_work_is_told_so_before_anything_is_sent(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called("mail", "test", "ana").exit_code == 2
    said = called("mail", "test", ANA, "--way", "gmail")
    assert (said.exit_code, "No Gmail account is named" in said.stderr) == (2, True)
    said = called("mail", "test", ANA)
    assert (said.exit_code, "No mailbox is known here yet" in said.stderr) == (1, True)
    monkeypatch.delenv("INBOXSLA_SMTP__HOST")
    said = called("mail", "test", ANA, "--way", "smtp")
    assert (said.exit_code, "No mail server is set up" in said.stderr) == (2, True)
    assert called("alarms", "test").exit_code == 2
    said = called("mail", "connect", SALES)
    assert (said.exit_code, "mail connect ADDRESS --credentials FILE" in said.stderr) == (2, True), said.output
    assert post.arrived == []


def test_an_account_is_connected_tried_and_disconnected(
    google: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk.json").write_text(user_file())
    (tmp_path / "sales.json").write_text(user_file(refresh_token=SALES))
    assert called("connect", DESK, "--credentials", "desk.json").exit_code == 0
    monkeypatch.setenv("INBOXSLA_MAIL__ACCOUNT", SALES)
    said = called("mail", "test", ANA, "--way", "gmail")
    assert (said.exit_code, f"mail connect {SALES}" in said.stderr) == (1, True)
    said = called("mail", "connect", SALES, "--credentials", "sales.json")
    assert (said.exit_code, "nothing is sent twice" in said.stdout) == (0, True), said.output
    said = called("mail", "test", ANA, "--way", "gmail")
    assert said.exit_code == 0, said.output
    said = called("mail", "test", ANA, "--mailbox", DESK)
    assert (said.exit_code, said.stdout.splitlines()[0]) == (0, f"Through the mailbox {DESK}:"), said.output
    assert called("mail", "test", ANA, "--mailbox", SALES).exit_code == 1
    said = called("mail", "disconnect", SALES)
    assert (said.exit_code, "taken back at Google" in said.stdout) == (0, True)
    assert called("mail", "disconnect", SALES).exit_code == 1


def test_a_test_of_the_alarms_goes_to_everybody_who_gets_them(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOXSLA_ALARMS__ROUTE", "smtp")
    said = called("alarms", "test")
    assert (said.exit_code, "start InboxSLA once" in said.stderr) == (2, True)
    monkeypatch.setenv("INBOXSLA_ALARMS__RECIPIENTS", f'["{ANA}", "boss@office.example"]')
    post.refuses[ANA] = "550 No such user"
    said = called("alarms", "test")
    assert (said.exit_code, "boss@office.example: taken" in said.stdout) == (1, True)
    assert "550 No such user" in said.stderr
    post.refuses.clear()
    assert called("alarms", "test").exit_code == 0
    assert post.mailed == ["boss@office.example", ANA, "boss@office.example"]
