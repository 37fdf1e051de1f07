"""`inboxsla addon manifest`: what Google is told about the panel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from addon.routes import PUBLIC
from inboxsla.cli import main
from tests.addon.checking import checked_deployment

DESK = "https://desk.lumenvelo.example"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INBOXSLA_SERVER__BASE_URL", DESK)


def manifest(*options: str) -> Result:
    return CliRunner().invoke(main, ["addon", "manifest", *options])


def test_google_would_take_the_manifest() -> None:
    done = manifest("--base-url", f"{DESK}/")
    assert (done.exit_code, done.stderr) == (0, "")
    told = checked_deployment(json.loads(done.stdout))
    common, gmail = told["addOns"]["common"], told["addOns"]["gmail"]
    assert gmail["contextualTriggers"] == [{"unconditional": {}, "onTriggerFunction": f"{DESK}/addon/message"}]
    assert common["homepageTrigger"] == {"runFunction": f"{DESK}/addon/home"}
    assert [action["label"] for action in common["universalActions"]] == ["Settings", "Dashboard", "Help"]
    assert common["openLinkUrlPrefixes"] == [f"{DESK}/", "https://mail.google.com/"]
    assert told["addOns"]["httpOptions"]["authorizationHeader"] == "SYSTEM_ID_TOKEN"
    assert "/addon/help" in done.stdout
    assert "addon.help_" in PUBLIC


def test_without_an_address_it_is_the_one_in_the_settings() -> None:
    assert manifest().stdout == manifest("--base-url", DESK).stdout


def test_an_address_other_than_that_of_the_pages_is_noted() -> None:
    done = manifest("--base-url", "https://other.lumenvelo.example")
    assert done.exit_code == 0
    assert "server.base_url is https://desk.lumenvelo.example here" in done.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://desk.lumenvelo.example", "over https only"),
        ("desk.lumenvelo.example", "over https only"),
        ("https://localhost", "from outside"),
        ("https://127.0.0.1", "from outside"),
        ("https://[::1]", "from outside"),
        ("https://10.1.2.3:8443", "from outside"),
        ("https://8.8.8.8", "from outside"),
        ("https://desk", "from outside"),
        ("https://desk.local", "from outside"),
        ("https://desk.corp.internal", "from outside"),
        ("https://", "from outside"),
        ("https://desk..example", "from outside"),
        ("https://desk_1.lumenvelo.example", "from outside"),
        ("https://ana:secret@desk.lumenvelo.example", "more than the name"),
        ("https://desk.lumenvelo.example/panel", "more than the name"),
        ("https://desk.lumenvelo.example/?x=1", "more than the name"),
        ("https://[desk", "no web address|is not a web address"),
        ("https://desk.lumenvelo.example:notaport", "is not a web address"),
    ],
)
def test_an_address_google_cannot_call_is_refused_with_a_sentence(address: str, said: str) -> None:
    done = manifest("--base-url", address)
    assert done.exit_code == 2
    assert any(words in done.stderr for words in said.split("|"))
    assert done.stdout == ""


def test_letters_of_other_scripts_are_written_as_they_are_looked_up() -> None:
    assert (
        "https://xn--bcher-kva.lumenvelo.example/addon/home"
        in manifest("--base-url", "https://bücher.lumenvelo.example").stdout
    )
