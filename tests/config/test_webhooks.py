"""Webhooks in config.toml: where to, signed with what, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.config import Settings, load
from inboxsla.config.document import from_body, of_settings
from inboxsla.domain.policy_data import from_data
from inboxsla.errors import ConfigMistakes
from tests.lumen_velo import MORNING

SECRET = "a long random text"
URL = "https://pager.example.org/hooks/1"


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return load(file, environ)


def test_a_secret_comes_from_the_environment(tmp_path: Path) -> None:
    settings = loaded(tmp_path, f'[webhooks.pager]\nurl = "{URL}"', INBOXSLA_WEBHOOKS__PAGER__SECRET=SECRET)

    assert (settings.webhooks["pager"].url, settings.webhooks["pager"].secret) == (URL, SECRET)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'url = "{URL}"', "webhooks.pager.secret: this is missing."),
        (f'url = "{URL}"\nsecret = "short"', "a secret has at least 16 characters"),
        (f'url = "http://pager.example.org"\nsecret = "{SECRET}"', "its url must begin with https://"),
        (f'url = "https://me:pw@pager.example.org"\nsecret = "{SECRET}"', "leave user names, passwords"),
        (f'url = "pager.example.org/token"\nsecret = "{SECRET}"', "this is not a web address."),
        (
            f'url = "{URL}"\nsecret = "{SECRET}"\nallow_privat = true',
            "there is no such key. Did you mean “allow_private”?",
        ),
    ],
)
def test_what_is_wrong_is_said_without_address_or_secret(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigMistakes) as refused:
        loaded(tmp_path, f"[webhooks.pager]\n{text}")

    [mistake] = refused.value.mistakes
    assert said in mistake
    assert not any(hidden in mistake for hidden in (SECRET, "short", "pw@", "/token"))


@pytest.mark.parametrize(
    ("ladder", "said"),
    [
        ('{at = 100, webhook = "pagr"}', "config.toml:5: policy.ladder[1].webhook: “pagr” is not one of the webhooks."),
        ('{at = 100, every = "4h", do = ["reassign"]}', "say once when this step comes"),
        ('{every = "5m", do = ["reassign"]}', "policy.ladder[1].every: this would come every 5\u00a0min."),
        ('{every = "4h", add_tag = "a"}, {every = "240m", add_tag = "b"}', "there are two steps every 4\u00a0h."),
    ],
)
def test_steps_of_the_built_in_policy_are_checked_as_well(tmp_path: Path, ladder: str, said: str) -> None:
    with pytest.raises(ConfigMistakes) as refused:
        loaded(tmp_path, f'[webhooks.pager]\nurl = "{URL}"\nsecret = "{SECRET}"\n[policy]\nladder = [{ladder}]')

    assert any(said in mistake for mistake in refused.value.mistakes), refused.value.mistakes


def test_the_built_in_policy_and_the_document_it_becomes_say_the_same(tmp_path: Path) -> None:
    steps = '{at = 100, do = ["notify_lead"], add_tag = ["late"]}, {every = "1 business day", webhook = "pager"}'
    text = f'[webhooks.pager]\nurl = "{URL}"\nsecret = "{SECRET}"\n[policy]\nladder = [{steps}]'
    settings = loaded(tmp_path, text, INBOXSLA_DEMO="false")

    built_in = from_data(settings.policy_data()).ladder
    written = from_body(of_settings(settings), MORNING, None, settings.webhooks)
    assert [(step.key, step.tags, step.webhooks) for step in built_in] == [
        ("100%", ("late",), ()),
        ("every 28800s", (), ("pager",)),
    ]
    assert [(step.at, step.every) for step in written.document.policies[0].steps] == [(100, None), (None, "8h")]
