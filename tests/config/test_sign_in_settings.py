"""Who may sign in, for how long, and from where the pages can be reached."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from inboxsla.config import Settings, load
from inboxsla.errors import ConfigMistakes

CLIENT = '[google]\nclient_id = "1.apps.example"\nclient_secret = "x"\n'
HTTPS = 'base_url = "https://desk.example.org"\n'


def read(folder: Path, text: str, **variables: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text)
    return load(file, variables)


def mistakes(folder: Path, text: str, **variables: str) -> list[str]:
    with pytest.raises(ConfigMistakes) as wrong:
        read(folder, text, **variables)
    return list(wrong.value.mistakes)


def test_by_default_whoever_is_listed_may_sign_in_from_this_machine_for_half_a_day_at_a_time(tmp_path: Path) -> None:
    settings = read(tmp_path, "")

    assert settings.server.host == "127.0.0.1"
    assert settings.sign_in.domains == ()
    assert (settings.sign_in.idle, settings.sign_in.absolute) == (timedelta(hours=12), timedelta(days=30))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "desk.example.org", "127.evil.example"])
def test_the_network_may_reach_pages_only_where_people_can_sign_in_over_https(tmp_path: Path, host: str) -> None:
    server = f'[server]\nhost = "{host}"\n'

    assert read(tmp_path, server + HTTPS + CLIENT).server.host == host
    file = f'[google]\nclient_file = "{tmp_path}/client.json"\n'
    assert read(tmp_path, server + HTTPS + file).server.host == host
    without_client = mistakes(tmp_path, server + HTTPS)
    assert len(without_client) == 1
    assert without_client[0].startswith(f"config.toml:2: server.host: host “{host}” opens the pages to the network")
    assert "Name a Google client under [google] (docs/signing-in.md shows how)" in without_client[0]
    (in_the_clear,) = mistakes(tmp_path, server + 'base_url = "http://desk.example.org"\n' + CLIENT)
    assert "Write the https address they reach it at as base_url" in in_the_clear
    assert len(mistakes(tmp_path, server)) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost", "::1"])
def test_this_machine_alone_needs_neither(tmp_path: Path, host: str) -> None:
    assert read(tmp_path, f'[server]\nhost = "{host}"\n').server.host == host


@pytest.mark.parametrize("said", ["true", '"yes"'])
def test_the_demo_in_which_anybody_is_anybody_stays_on_this_machine(tmp_path: Path, said: str) -> None:
    text = f'demo = {said}\n[server]\nhost = "0.0.0.0"\n{HTTPS}{CLIENT}'

    assert "in the demo anybody can sign in as anybody" in mistakes(tmp_path, text)[0]


def test_a_variable_that_opens_the_pages_is_held_to_the_same(tmp_path: Path) -> None:
    (said, _) = mistakes(tmp_path, "", INBOXSLA_SERVER__HOST="0.0.0.0")
    assert said.startswith("INBOXSLA_SERVER__HOST: ")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('host = "no such/thing"', "is no name or number of this machine"),
        ("host = 3", "is no name or number of this machine"),
    ],
)
def test_what_is_no_host_is_said_to_be_none(tmp_path: Path, line: str, said: str) -> None:
    assert said in mistakes(tmp_path, f"[server]\n{line}")[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('domains = ["ana@example.org"]', "“ana@example.org” is not a domain. Write what stands after the @"),
        ('domains = ["https://example.org"]', "is not a domain"),
        ('domains = ["localhost"]', "is not a domain"),
        ('idle = "10s"', "this must be between 5 minutes and a year"),
        ('absolute = "400 days"', "this must be between 5 minutes and a year"),
    ],
)
def test_each_mistake_is_said_in_plain_words(tmp_path: Path, line: str, said: str) -> None:
    assert said in mistakes(tmp_path, f"[sign_in]\n{line}")[0]


def test_domains_are_the_same_in_capitals(tmp_path: Path) -> None:
    assert read(tmp_path, '[sign_in]\ndomains = ["Example.ORG "]').sign_in.domains == ("example.org",)
