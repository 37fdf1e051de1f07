"""How mails go out, as it is set: what each way needs, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.config import Settings, load
from inboxsla.errors import ConfigMistakes

RELAY = '[smtp]\nhost = "smtp.office.example"\nfrom_address = "desk@office.example"\n'


def mistakes(folder: Path, text: str) -> list[str]:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        load(file, {})
    return list(caught.value.mistakes)


def test_without_a_word_mails_go_through_the_mailbox_and_alarms_nowhere() -> None:
    assert (Settings().mail.way, Settings().alarms.route) == ("mailbox", "none")


def test_each_way_names_what_it_lacks(tmp_path: Path) -> None:
    assert mistakes(tmp_path, '[mail]\nway = "gmail"\n[alarms]\nroute = "smtp"\n[smtp]\nhost = ""') == [
        "config.toml:2: mail.way: way “gmail” needs account: the Gmail account to send from.",
        "config.toml:5: smtp: sending by “smtp” needs smtp.from_address: the address that mails come from. docs/sending.md "
        "shows a whole example.",
        "config.toml:6: smtp.host: sending by “smtp” needs smtp.host: the mail server. docs/sending.md shows a whole example.",
    ]
    found = mistakes(tmp_path, '[alarms]\nroute = "gmail"\n')
    assert found == [
        "config.toml:2: alarms.route: route “gmail” needs account: a Gmail account other than the mailboxes."
    ]


def test_a_second_route_that_is_the_first_is_refused(tmp_path: Path) -> None:
    text = (
        '[alarms]\nroute = "gmail"\naccount = "Desk@office.example"\n[[mailboxes]]\naddress = "desk@office.example"\n'
    )
    (found,) = mistakes(tmp_path, text)
    assert "config.toml:3: alarms.account: “Desk@office.example” is one of the mailboxes" in found


def test_a_password_has_a_user_one_place_and_a_line_nobody_listens_to(tmp_path: Path) -> None:
    found = mistakes(tmp_path, f'{RELAY}password = "hush"\npassword_file = "p"\n')
    assert ["both give a password" in found[0], "belongs to a user" in found[1]] == [True, True]
    (found_without,) = mistakes(tmp_path, f'{RELAY}user = "desk"\n')
    assert "INBOXSLA_SMTP__PASSWORD" in found_without
    (plain,) = mistakes(tmp_path, f'{RELAY}user = "desk"\npassword = "hush"\ntls = "none"\n')
    assert "for everybody to read" in plain
    assert "hush" not in plain


def test_what_is_no_table_at_all_is_said_without_a_stumble(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, 'mailboxes = 3\nmail = "smtp"\nalarms = [1]\n[smtp]\ntls = ["none"]\nhost = 5\nuser = 7\n'
    )
    assert len(found) >= 5
    assert all(mistake.startswith("config.toml:") for mistake in found)


def test_values_of_the_wrong_kind_are_shown_how_to_be_written(tmp_path: Path) -> None:
    text = '[smtp]\nhost = "smtp://office.example"\nport = 70000\ntls = "ssl"\nfrom_address = "dësk@office.example"\ntimeout = "5m"\n'
    found = mistakes(tmp_path, text)
    assert [mistake.split(": ")[1] for mistake in found] == [
        "smtp.host", "smtp.port", "smtp.tls", "smtp.from_address", "smtp.timeout",
    ]  # fmt: skip
    assert "without a port" in found[0]


def test_the_password_may_come_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(RELAY + 'user = "desk"\n[mail]\nway = "smtp"\n')
    environment = {"INBOXSLA_SMTP__PASSWORD": "hush", "INBOXSLA_SMTP__PORT": "2525"}
    settings = load(tmp_path / "config.toml", environment)
    assert (settings.smtp.password, settings.smtp.at_port) == ("hush", 2525)
    assert "hush" not in repr(settings)


def test_the_port_follows_the_encryption() -> None:
    ports = {tls: Settings.of({"smtp": {"tls": tls}}).smtp.at_port for tls in ("starttls", "tls", "none")}
    assert ports == {"starttls": 587, "tls": 465, "none": 25}
