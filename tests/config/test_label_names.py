"""What labels cannot be called, said before Gmail is asked; and config.toml where a configuration is silent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from inboxsla.config import Settings
from inboxsla.config.document import Document, beginnings, differences, filled_up, from_body, of_settings, read, to_toml
from inboxsla.errors import ConfigMistakes

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BOX = "support@lumenvelo.example"


def body(**labels: Any) -> dict[str, Any]:
    return {**of_settings(Settings()), "labels": labels}


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ({"prefix": "inbox"}, "Gmail keeps for itself"),
        ({"prefix": "owner"}, "where the labels of owners are"),
        ({"prefix": "A/B"}, "holds a “/”"),
        ({"prefix": " "}, "is empty"),
        ({"prefix": "x" * 41}, "too long"),
        ({"names": {"low": "^x"}}, "begins with “^”"),
        ({"names": {"low": "do"}}, "ask for something"),
        ({"names": {"low": "URGENT"}}, "is there twice"),
        ({"names": {"low": "same", "met": "Same"}}, "is there twice"),
        ({"names": {"late": "Late"}}, "labels.names.late"),
        ({"colours": {"low": "#ff0000"}}, "is not a colour for labels"),
    ],
)
def test_names_that_cannot_be_are_refused(labels: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigMistakes, match=re.escape(reason)):
        from_body(body(**labels), NOW)


def test_a_mistake_is_told_where_it_stands() -> None:
    with pytest.raises(ConfigMistakes) as wrong:
        from_body(body(prefix="spam", names={"low": "Same", "met": "same"}), NOW)

    assert [key for key, _ in wrong.value.found] == [
        ("labels", "prefix"),
        ("labels", "names", "low"),
        ("labels", "names", "met"),
    ]


def test_labels_are_written_and_read_back_as_the_same() -> None:
    one = from_body(body(owners=False, prefix="Frist", names={"low": "Zeit genug"}, colours={"met": "blue"}), NOW)

    text = to_toml(one.body)

    assert "[labels]" in text
    assert differences(one.document, read(text, "x", NOW).document) == ()


def test_what_changed_is_told_in_words() -> None:
    old, new = from_body(body(), NOW).document, from_body(body(names={"low": "Calm"}, owners=False), NOW).document

    (change,) = differences(old, new)

    assert change.section == "labels"
    assert change.details == ("owners: yes → no", "names low: not set → Calm")


def test_config_toml_counts_where_a_configuration_is_silent() -> None:
    settings = Settings.of(
        {
            "labels": {"owners": False},
            "mailboxes": [{"address": BOX, "aliases": ["help@x.example"], "own_lists": ["<L.x.example>", "no list <"]}],
        }
    )
    silent = {name: value for name, value in of_settings(settings).items() if name != "mailboxes"}

    whole = Document.model_validate(filled_up(silent, beginnings(settings)))
    told = Document.model_validate(
        filled_up(
            {**silent, "labels": {}, "mailboxes": [{"address": BOX, "aliases": [], "own_lists": []}]},
            beginnings(settings),
        )
    )

    assert (whole.labels.owners, whole.aliases_of(BOX), whole.own_lists_of(BOX)) == (
        False,
        ("help@x.example",),
        ("l.x.example",),
    )
    assert (told.labels.owners, told.aliases_of(BOX), told.own_lists_of(BOX)) == (True, (), ())
