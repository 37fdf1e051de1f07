"""How a condition reads in a sentence, held or not: “the subject contains “outage””, “no label is “Refund””."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# What the field is called where the condition holds, and who does not have it where it does not.
_ONE = {
    "subject": "the subject",
    "body": "the body",
    "sender": "the sender",
    "domain": "the sender’s domain",
    "organisation": "the sender’s organisation",
    "tier": "the sender’s tier",
    "channel": "the channel",
}
_SEVERAL = {
    "recipient": ("an address it came to", "no address it came to"),
    "attachment": ("the name of an attachment", "no attachment’s name"),
    "label": ("a label", "no label"),
    "tag": ("a tag", "no tag"),
}
_VERBS = {
    "is": ("is", "is not"),
    "one_of": ("is", "is not"),
    "contains": ("contains", "does not contain"),
    "starts_with": ("starts with", "does not start with"),
    "matches": ("matches", "does not match"),
}
_EQUAL = {
    "tier": ("the sender is on the %s list", "the sender is not on the %s list"),
    "organisation": ("the sender belongs to %s", "the sender does not belong to %s"),
    "recipient": ("it came to %s", "it did not come to %s"),
    "tag": ("it is tagged %s", "it is not tagged %s"),
    "label": ("it has the label %s", "it does not have the label %s"),
    "attachment": ("an attachment is named %s", "no attachment is named %s"),
}
_BARE = ("tier", "organisation", "recipient")
_MOST_SAID = 5
_MOST_LISTED = 3


def quoted(text: str) -> str:
    """In quotes, on one line, cut where it is long; safe to print whatever it holds."""
    said = " ".join("".join(letter if letter.isprintable() else " " for letter in text[:200]).split())
    return f"“{said}”" if len(said) <= 60 else f"“{said[:59]}…”"


def any_of(choices: Sequence[str]) -> str:
    """“a, b or c”."""
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]


def text_condition(field: str, operator: str, operands: Sequence[str], holds: bool) -> str:
    """`operands` are as the admin wrote them; of `one_of`, where it holds, the one that it was."""
    if field in _EQUAL and operator in ("is", "one_of"):
        said = either(operands) if field not in _BARE else either(operands, quotes=False)
        return _EQUAL[field][not holds] % said
    verb = _VERBS[operator][not holds]
    said = either(operands)
    if operator == "is" and operands == ("",):
        return f"{_noun(field, holds)} {'is' if holds else 'is not'} empty"
    if field in _SEVERAL or field.startswith("header "):
        # Of several values none does; that there may be no value at all is part of it.
        verb = _VERBS[operator][0]
    return f"{_noun(field, holds)} {verb} {said}"


def either(operands: Sequence[str], *, quotes: bool = True) -> str:
    """“a”; “a” or “b”; “a”, “b”, “c” or 9 others."""
    said = [quoted(one) if quotes else quoted(one)[1:-1] for one in operands[:_MOST_LISTED]]
    if more := len(operands) - len(said):
        said.append("one other" if more == 1 else f"{more} others")
    return any_of(said)


def together(reasons: Iterable[str]) -> str:
    """Reasons as one sentence part: “a, b and c”; beyond five, how many more."""
    said = list(dict.fromkeys(reasons))
    if len(said) > _MOST_SAID:
        said[_MOST_SAID - 1 :] = [f"{len(said) - _MOST_SAID + 1} more of the kind"]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def size(count: int) -> str:
    """5000000 → “5 MB”."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return "1 byte" if count == 1 else f"{count} bytes"


def tickets(count: int, *, fewer_than: int = 0) -> str:
    if fewer_than and not count:
        return "no ticket"
    return f"{'only ' if fewer_than else ''}{count} ticket{'' if count == 1 else 's'}"


def action(name: str, value: str | bool) -> str:
    """What a rule does: “policy “Outage””, “priority critical”, “not a ticket”."""
    if name == "not_a_ticket":
        return "not a ticket" if value else "a ticket"
    said = quoted(str(value)) if name in ("policy", "tier", "channel", "team") else str(value)
    return f"{name} {said}"


def _noun(field: str, holds: bool) -> str:
    if field.startswith("header "):
        return f"{'the' if holds else 'no'} {field}"
    if field in _SEVERAL:
        return _SEVERAL[field][not holds]
    return _ONE[field]
