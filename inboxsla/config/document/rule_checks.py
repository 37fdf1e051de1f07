"""What is wrong with rules, as `domain.rules` sees it, each complaint put where it stands in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from inboxsla.config.checks import Complaint
from inboxsla.config.document import kinds
from inboxsla.config.document.parts import Parts
from inboxsla.config.document.rules_again import read_rules
from inboxsla.config.places import Path as Key
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.rule_words import quoted
from inboxsla.domain.rules import Known
from inboxsla.errors import ConfigMistakes

_NUMBERED = re.compile(r"Rule (\d+)")
# “when.any[1].subject: …”; the rest is the sentence.
_PLACE = re.compile(r"((?:name|mailboxes|stop|when|then)(?:\.\w+|\[\d+\])*): (.*)", re.DOTALL)
_PART = re.compile(r"\w+")
_ALWAYS = BusinessCalendar.always_open()


def complaints(seen: Parts) -> Iterator[Complaint]:
    written = seen.tree.get("rules", ())
    try:
        read_rules(written, _known(seen))
    except ConfigMistakes as wrong:
        for mistake in wrong.mistakes:
            yield _placed(mistake, written if isinstance(written, list | tuple) else ())


def _known(seen: Parts) -> Known:
    """What rules may name. What is wrong in itself is there all the same: it is complained of elsewhere."""
    calendars = {name: calendar.opening_hours() if calendar else _ALWAYS for name, calendar in seen.calendars.items()}
    return Known(
        policies=seen.names("policies"),
        calendars={**calendars, kinds.ALWAYS: _ALWAYS},
        teams=seen.names("teams"),
        people=seen.names("people"),
        tags=seen.names("tags"),
        tiers=dict.fromkeys(seen.names("tiers"), ()),
        organisations=dict.fromkeys(seen.names("organisations"), ()),
        mailboxes=seen.all_mailboxes(),
    )


def _placed(mistake: str, rows: list[object] | tuple[object, ...]) -> Complaint:
    numbered = _NUMBERED.match(mistake)
    if numbered is None:
        return ("rules",), mistake.removeprefix("rules: ")
    nth = int(numbered[1]) - 1
    sentence = mistake.removeprefix(numbered[0]).removeprefix(f" {_quoted_name(rows[nth])}").removeprefix(": ")
    key: Key = ("rules", nth)
    if place := _PLACE.fullmatch(sentence):
        parts = _PART.findall(place[1])
        key, sentence = (*key, *(int(part) - 1 if part.isdecimal() else part for part in parts)), place[2]
    return key, sentence


def _quoted_name(row: object) -> str:
    name = row.get("name") if isinstance(row, Mapping) else None
    return quoted(name.strip()) if isinstance(name, str) and name.strip() else ""
