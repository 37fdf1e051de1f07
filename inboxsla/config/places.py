"""Where each key of a TOML text stands. `tomllib` gives values without lines, and a complaint without a line is no help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Path = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|\#[^\n]*|\n|[\[\]{},=.]|[^\s\[\]{},=.\"'\#]+",
    re.S,
)


def places(text: str) -> dict[Path, int]:
    """The line (from 1) of every table and key in valid TOML; items of lists are numbered from 0."""
    return _Reader(text).read()


class _Reader:
    """Walks the tokens of a text that `tomllib` has already accepted, so nothing here can be malformed."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._items: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._at < len(self._tokens):
            if self._peek() == "\n":
                self._next()
            elif self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line = self._line()
        self._next()
        repeated = self._peek() == "["
        if repeated:
            self._next()
        path = self._resolve(self._key(until="]"), line)
        self._next()
        if repeated:
            self._next()
            self._lines.setdefault(path, line)
            self._items[path] = self._items.get(path, -1) + 1
            path = (*path, self._items[path])
        self._lines[path] = line
        return path

    def _resolve(self, key: Path, line: int) -> Path:
        """`[people.hours]` after `[[people]]` means the newest of the people."""
        path: Path = ()
        for name in key[:-1]:
            path = (*path, name)
            self._lines.setdefault(path, line)
            if path in self._items:
                path = (*path, self._items[path])
        return (*path, *key[-1:])

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for name in self._key(until="="):
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._next()
        self._value(path)

    def _key(self, until: str) -> Path:
        names: list[str] = []
        while self._peek() != until:
            token = self._next()
            if token not in (".", "\n"):
                names.append(token[1:-1] if token[0] in "\"'" else token)
        return tuple(names)

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._list(path)
        elif self._peek() == "{":
            self._inline_table(path)
        else:
            while self._at < len(self._tokens) and self._peek() not in (",", "]", "}", "\n"):
                self._next()

    def _list(self, path: Path) -> None:
        self._next()
        count = 0
        while self._peek() != "]":
            if self._peek() in (",", "\n"):
                self._next()
                continue
            self._lines[(*path, count)] = self._line()
            self._value((*path, count))
            count += 1
        self._next()

    def _inline_table(self, path: Path) -> None:
        self._next()
        while self._peek() != "}":
            if self._peek() in (",", "\n"):
                self._next()
                continue
            self._pair(path)
        self._next()

    def _peek(self) -> str:
        return self._tokens[self._at][0]

    def _line(self) -> int:
        return self._tokens[self._at][1]

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Tokens with the line each begins on; comments left out. Bare values such as 1.5 come in pieces, which is harmless."""
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        if not match[0].startswith("#"):
            yield match[0], line
