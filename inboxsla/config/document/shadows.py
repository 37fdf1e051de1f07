"""Rules that no mail gets to, and rules that come too late to decide anything. Said only where it is certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from inboxsla.config.document.model import Rule
from inboxsla.domain.folding import fold
from inboxsla.remembering import Lru

# Every address has one, so this is how “always” is written.
_ALWAYS: Mapping[str, Any] = {"sender": {"contains": "@"}}
# What rules themselves change on their way, so that the same condition need not hold twice.
_CHANGING = frozenset({"tag", "tier", "channel", "priority"})
_known: Lru[str, tuple[tuple[str, ...], tuple[str, ...]]] = Lru(8_192)


def shadowed(rules: Sequence[Rule]) -> Iterator[tuple[int, str]]:
    """(position from 0, a sentence) of each rule that others before it leave nothing to do, whatever mail comes."""
    by_condition: dict[str, list[int]] = {}
    for nth, rule in enumerate(rules):
        implied, sufficient = _compared(rule.when)
        found = sorted({each for key in implied for each in by_condition.get(key, ())})
        before = [rules[each] for each in found if _everywhere(rules[each], rule)]
        if before and (said := _said(rule, before)):
            yield nth, said
        for key in sufficient:
            by_condition.setdefault(key, []).append(nth)


def _said(rule: Rule, before: Iterable[Rule]) -> str:
    """`before` matched whatever this rule matches."""
    left, by = _given(rule), list[str]()
    for each in before:
        if each.stop:
            return f"nothing gets as far as this rule: “{each.name}” stops before it."
        if left & (given := _given(each)):
            left -= given
            by.append(each.name)
        if by and not left and not rule.stop:
            return f"this rule decides nothing: {_listed(by)} decided all of it before, for the same mail."
    return ""


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def _given(rule: Rule) -> frozenset[str]:
    """What a rule decides, each thing once, as the course of the rules counts it."""
    single = (name for name, value in rule.then if value is not None and name not in ("tags", "untag"))
    return frozenset((*single, *(f"tag:{fold(tag)}" for tag in (*rule.then.tags, *rule.then.untag))))


def _everywhere(before: Rule, rule: Rule) -> bool:
    return not before.mailboxes or bool(rule.mailboxes and {*rule.mailboxes} <= {*before.mailboxes})


def _compared(when: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a condition implies, and what is sufficient for it; each condition is looked at once in a process."""
    text = _key(when)
    found = _known.get(text)
    if found is None:
        found = tuple(_implied(when)), tuple(_sufficient(when))
        _known.put(text, found)
    return found


def _implied(when: Mapping[str, Any]) -> Iterator[str]:
    """Conditions that hold whenever this one does."""
    yield _key(_ALWAYS)
    yield from (_key(part) for part in (when, *_parts(when, "all")) if not _asks_what_changes(part))


def _sufficient(when: Mapping[str, Any]) -> Iterator[str]:
    """Conditions that make this one hold."""
    yield from (_key(part) for part in (when, *_parts(when, "any")) if not _asks_what_changes(part))


def _parts(when: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = when.get(name, ())
    return found if isinstance(found, list | tuple) else ()


def _asks_what_changes(when: Any) -> bool:
    if isinstance(when, list | tuple):
        return any(map(_asks_what_changes, when))
    if not isinstance(when, Mapping):
        return False
    return any(
        name in _CHANGING or (name in ("all", "any", "not") and _asks_what_changes(below))
        for name, below in when.items()
    )


def _key(when: Mapping[str, Any]) -> str:
    # Of two that are written in another order only a remark is lost, and this is five times as fast as sorting.
    return str(when)
