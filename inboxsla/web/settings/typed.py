"""What a form holds. Pure: names and texts in, names and texts out; a row of a list is added, removed or moved here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

_ROW = re.compile(r"(\d+)(?:\.(.*))?", re.DOTALL)
_ORDER = re.compile(r"(add|remove|up|down):([^:]+)(?::(\d{1,6}))?")
# No list of a form has more rows; what is beyond was not made by our page.
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Typed:
    """Fields in the order of the form: (name, what was typed). Names are dotted like the document's keys: `steps.0.at`.

    A name may stand several times, as ticks of one group do.
    """

    fields: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, str | Iterable[str]]) -> Typed:
        """From names and one text, or several, for each."""
        return cls(tuple(_flat(values)))

    def get(self, name: str, otherwise: str = "") -> str:
        """What was typed, without the space around it."""
        return next((text.strip() for key, text in self.fields if key == name), otherwise)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(text for key, text in self.fields if key == name)

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a field that say something, each once."""
        stripped = (line.strip() for line in self.get(name).splitlines())
        return tuple(dict.fromkeys(line for line in stripped if line))

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)

    def below(self, prefix: str) -> Typed:
        """What stands under `prefix`, named from there on."""
        start = f"{prefix}."
        return Typed(tuple((key[len(start) :], text) for key, text in self.fields if key.startswith(start)))

    def rows(self, prefix: str) -> tuple[Typed, ...]:
        """The rows of a list in their order; each is named from its number on."""
        found: dict[int, list[tuple[str, str]]] = {}
        for key, text in self.below(prefix).fields:
            if match := _ROW.fullmatch(key):
                found.setdefault(int(match[1]), []).append((match[2] or "", text))
        return tuple(Typed(tuple(found[nth])) for nth in sorted(found))[:MOST_ROWS]

    def with_rows(self, prefix: str, rows: Iterable[Typed]) -> Typed:
        """The same with these rows in place of those there are."""
        start = f"{prefix}."
        others = [(key, text) for key, text in self.fields if not _is_row(key, start)]
        for nth, row in enumerate(rows):
            others += [(f"{start}{nth}.{key}" if key else f"{start}{nth}", text) for key, text in row.fields]
        return Typed(tuple(others))

    def replaced(self, name: str, *texts: str) -> Typed:
        kept = tuple(field for field in self.fields if field[0] != name)
        return Typed((*kept, *((name, text) for text in texts)))

    def obeyed(self, order: str, blank: Typed) -> Typed | None:
        """“add:steps”, “remove:steps:2”, “up:steps:2”, “down:steps:2” carried out; None if it is no such order.

        `blank` is a row nobody has filled in.
        """
        match = _ORDER.fullmatch(order)
        if match is None:
            return None
        what, prefix, rows = match[1], match[2], list(self.rows(match[2]))
        nth = int(match[3]) if match[3] else -1
        if what == "add":
            rows.append(blank)
        elif 0 <= nth < len(rows):
            row = rows.pop(nth)
            if what != "remove":
                rows.insert(max(0, nth - 1) if what == "up" else nth + 1, row)
        return self.with_rows(prefix, rows[:MOST_ROWS])

    @property
    def digest(self) -> str:
        """The same for the same content, whatever the order of its fields."""
        told = repr(sorted((key, text.replace("\r\n", "\n").strip()) for key, text in self.fields))
        return blake2b(told.encode(), digest_size=12).hexdigest()


def _flat(values: Mapping[str, str | Iterable[str]]) -> Iterator[tuple[str, str]]:
    for name, given in values.items():
        if isinstance(given, str):
            yield name, given
        else:
            yield from ((name, each) for each in given)


def _is_row(key: str, start: str) -> bool:
    return key.startswith(start) and _ROW.fullmatch(key[len(start) :]) is not None
