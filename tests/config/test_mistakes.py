"""Mistakes in a configuration, as their author reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.config import load
from inboxsla.errors import ConfigMistakes


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def mistakes(text: str, **environ: str) -> list[str]:
    file = Path("config.toml")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMistakes) as caught:
        load(file, environ)
    return list(caught.value.mistakes)


def test_a_text_without_quotes_is_named_by_its_key_and_never_repeated() -> None:
    (mistake,) = mistakes("demo = true\ndatabase_url = postgresql://ana:secret@db/inboxsla")

    assert mistake == (
        'config.toml:2: what stands after “database_url =” is no value. Texts need quotes: database_url = "text".'
    )


def test_mistakes_stand_in_the_order_of_their_lines() -> None:
    text = "[sync]\nfirst_window = -3\n[server]\nport = 'x'\nhots = 1\n[calendar]\nzone = 'Berlin'"
    found = mistakes(text + "\n[policy]\nmedium_at = 'much'", INBOXSLA_SERVRE="1")

    assert found[0].startswith("INBOXSLA_SERVRE: ")
    lines = [int(mistake.split(":")[1]) for mistake in found[1:]]
    assert lines == sorted(lines)
    assert len(set(lines)) == 5


def test_a_length_below_nothing_is_answered_with_one_that_can_be_written() -> None:
    assert mistakes("[sync]\nfirst_window = -3") == [
        "config.toml:2: sync.first_window: -3 is not a length of time. Write for example “4h” or “30m”."
    ]
