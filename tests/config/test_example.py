"""config.example.toml and the settings must say the same."""

import re
from pathlib import Path

from inboxsla.config import Settings, load
from inboxsla.config.keys import known_keys
from inboxsla.config.places import places

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def everything_written_out() -> str:
    return re.sub(r"^#(?=\S)", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)


def test_the_example_loads_and_equals_the_defaults():
    assert load(EXAMPLE, {}).model_dump() == Settings().model_dump()


def test_every_setting_is_in_the_example_and_nothing_else_is(tmp_path: Path):
    written_out = tmp_path / "config.toml"
    written_out.write_text(everything_written_out(), "utf-8")
    written = {tuple(part for part in key if isinstance(part, str)) for key in places(everything_written_out())}
    # What stands under a name that people give themselves is known without it.
    written = {(key[0], *key[2:]) if key[0] == "webhooks" else key for key in written}
    known = set(known_keys())

    assert load(written_out, {}).people[0].name == "Ana Ruiz"
    assert known - written == set(), "these settings are not explained in config.example.toml"
    inside = {key for key in written if any(key[: len(leaf)] == leaf or leaf[: len(key)] == key for leaf in known)}
    assert written - inside == set(), "these keys in config.example.toml are no settings"


def test_every_key_in_the_example_is_explained():
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            block = "\n".join(lines[max(0, number - 8) : number])
            assert re.search(r"^# ", block, re.MULTILINE), f"line {number + 1}: {line}"
