"""The rules of a document as `domain.rules` reads them, each row once: of the 1,000 of a large house an edit changes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inboxsla.domain.rule_alone import Reader, Reading, Row, alone
from inboxsla.domain.rule_names import Broken, Known, Names
from inboxsla.domain.rules import Rules, from_data
from inboxsla.patterns import broken
from inboxsla.remembering import Lru

_MOST_ROWS = 8_192
# What each row said, by its text, while there were certain names. Whoever checks and whoever applies know other names.
_readings: Lru[Names, Lru[str, Reading]] = Lru(8)


def read_rules(rows: Sequence[Mapping[str, object]], known: Known) -> Rules:
    """Raises ConfigMistakes naming everything that is wrong in all rules, each sentence starting with which rule."""
    return from_data(rows, known, broken, _remembering)


def _remembering(names: Names, refuses: Broken) -> Reader:
    """`refuses` is always the same here, so that what is remembered need not know it."""
    readings = _readings.get(names)
    if readings is None:
        readings = Lru(_MOST_ROWS)
        _readings.put(names, readings)
    read = alone(names, refuses)

    def reading(row: Row) -> Reading:
        try:
            text = repr(row)
        except RecursionError:
            return read(row)
        said = readings.get(text)
        if said is None:
            said = read(row)
            readings.put(text, said)
        return said

    return reading
