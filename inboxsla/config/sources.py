"""Where settings come from: a TOML file, INBOXSLA_* variables, and the values of the demo beneath both."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from inboxsla.config.keys import PREFIX, unknown_variable
from inboxsla.config.places import Path as Key
from inboxsla.config.places import places

CONFIG_FILE = "INBOXSLA_CONFIG"


@dataclass(slots=True)
class Source:
    """One place settings are written: its values, and for each key how to point at it ("config.toml:12")."""

    tree: dict[str, Any] = field(default_factory=dict)
    where: dict[Key, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


def from_file(path: Path) -> Source:
    """Read a TOML file. What cannot be read becomes a mistake, not an exception."""
    text, mistakes = text_of(path)
    return Source(mistakes=mistakes) if mistakes else from_text(text, path.name)


def text_of(path: Path) -> tuple[str, list[str]]:
    """The text of a file; or why there is none."""
    try:
        return decoded(path.read_bytes(), str(path))
    except FileNotFoundError:
        return "", [f"{path}: there is no such file. config.example.toml shows what one looks like."]
    except OSError as error:
        return "", [f"{path}: this file cannot be read ({error.strerror})."]


def decoded(raw: bytes, name: str) -> tuple[str, list[str]]:
    """UTF-8 with line feeds only; or why it is none."""
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n"), []
    except UnicodeDecodeError as error:
        return "", [f"{name}: this file is not UTF-8 text (byte {error.start})."]


def from_text(text: str, name: str) -> Source:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Source(mistakes=[_syntax(str(error), text, name)])
    except RecursionError:
        return Source(mistakes=[f"{name}: lists and tables are nested too deeply to be read."])
    return Source(tree, {key: f"{name}:{line}" for key, line in places(text).items()})


def demo() -> Source:
    return from_text(files("inboxsla").joinpath("demo.toml").read_text("utf-8"), "demo.toml")


def from_environment(environ: Mapping[str, str]) -> Source:
    """INBOXSLA_SERVER__PORT=8001 is `port` in `[server]`. Lists and tables are written as in TOML."""
    source = Source()
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_FILE:
            continue
        key = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if complaint := unknown_variable(key):
            source.mistakes.append(f"{name}: {complaint}")
            continue
        try:
            _put(source.tree, key, _value(environ[name]))
        except tomllib.TOMLDecodeError:
            source.mistakes.append(
                f"{name}: this list or table cannot be read. Write it as in config.toml, on one line."
            )
        else:
            source.where[key] = name
    return source


def laid_over(upper: Source, lower: Source, whole: frozenset[tuple[str, ...]] = frozenset()) -> Source:
    """`upper` where it says something, `lower` elsewhere. Lists, and the tables in `whole`, are replaced, not mixed."""
    kept = {key: place for key, place in lower.where.items() if not _replaced(key, upper, whole)}
    return Source(_merged(upper.tree, lower.tree, whole, ()), kept | upper.where, [*lower.mistakes, *upper.mistakes])


def _replaced(key: Key, upper: Source, whole: frozenset[tuple[str, ...]]) -> bool:
    """True for items of a list, or keys of a whole table, that `upper` has written anew."""
    return any(
        key[:length] in upper.where and (isinstance(key[length], int) or key[:length] in whole)
        for length in range(1, len(key))
    )


def _merged(
    upper: Mapping[str, Any], lower: Mapping[str, Any], whole: frozenset[tuple[str, ...]], path: tuple[str, ...]
) -> dict[str, Any]:
    merged = dict(lower)
    for name, value in upper.items():
        below, here = merged.get(name), (*path, name)
        if isinstance(value, Mapping) and isinstance(below, Mapping) and here not in whole:
            value = _merged(value, below, whole, here)
        merged[name] = value
    return merged


def _put(tree: dict[str, Any], key: tuple[str, ...], value: Any) -> None:
    """Set one value; a table that an earlier variable gave as a whole keeps its other lines."""
    for name in key[:-1]:
        below = tree.get(name)
        tree[name] = below if isinstance(below, dict) else {}
        tree = tree[name]
    tree[key[-1]] = value


def _value(text: str) -> Any:
    return tomllib.loads(f"value = {text}")["value"] if text.lstrip()[:1] in ("[", "{") else text


def _syntax(error: str, text: str, name: str) -> str:
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)", error, re.S)
    reason, line = (found[1], found[2] or str(text.count("\n") + 1)) if found else (error, "1")
    key = re.match(r"\s*([\w.-]+)\s*=", text.split("\n")[int(line) - 1])
    if reason == "Invalid value" and key:
        # The value itself is not repeated: it may be a password.
        return f'{name}:{line}: what stands after “{key[1]} =” is no value. Texts need quotes: {key[1]} = "text".'
    return f'{name}:{line}: this line cannot be read as TOML ({reason[:1].lower()}{reason[1:]}). Texts need quotes: key = "text".'
