"""How news comes, as it is set: what each way needs, and what is said about mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from inboxsla.config import Settings, load
from inboxsla.errors import ConfigMistakes

TOPIC, SUBSCRIPTION = "projects/lumen/topics/inboxsla", "projects/lumen/subscriptions/inboxsla"


def mistakes(folder: Path, text: str) -> list[str]:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        load(file, {})
    return list(caught.value.mistakes)


def test_push_needs_a_topic_and_whose_signature_to_believe(tmp_path: Path) -> None:
    assert mistakes(tmp_path, '[push]\nway = "push"\ntopic = ""') == [
        "config.toml:2: push.way: way “push” needs service_account: the account whose signature Pub/Sub puts under each "
        "push. docs/pushing.md says how to get it.",
        "config.toml:3: push.topic: way “push” needs topic: the Pub/Sub topic that Gmail writes to. docs/pushing.md says how "
        "to get it.",
    ]


def test_pull_needs_a_subscription_and_a_key(tmp_path: Path) -> None:
    found = mistakes(tmp_path, f'[push]\nway = "pull"\ntopic = "{TOPIC}"')
    assert [mistake.split("needs ")[1].split(":")[0] for mistake in found] == ["subscription", "credentials"]


def test_names_of_the_wrong_kind_are_shown_how_to_be_written(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        '[push]\nway = "pish"\ntopic = "inboxsla"\nsubscription = "projects/a/topics/b"\nservice_account = "push"',
    )
    assert len(found) == 4
    assert (
        "“inboxsla” is not the full name of one of Pub/Sub's topics. Write it like projects/my-project/topics/"
        in found[1]
    )
    assert "one of Pub/Sub's subscriptions" in found[2]
    assert "“push” is not a mail address" in found[3]


def test_the_audience_is_our_own_address_unless_it_is_said() -> None:
    assert Settings.of({}).push_audience == "http://127.0.0.1:8000/push/gmail"
    named = {"server": {"base_url": "https://desk.example.org/"}}
    assert Settings.of(named).push_audience == "https://desk.example.org/push/gmail"
    assert Settings.of({**named, "push": {"audience": "inboxsla"}}).push_audience == "inboxsla"


def test_a_pace_of_ones_own_may_be_set_and_taken_back(tmp_path: Path) -> None:
    assert Settings.of({"sync": {"poll_every": "45s"}}).sync.poll_every == timedelta(seconds=45)
    assert Settings.of({"sync": {"poll_every": ""}}).sync.poll_every is None
    assert "longer than nothing" in mistakes(tmp_path, '[sync]\npoll_every = "0s"')[0]
