"""What is no mistake in a document but looks unintended: rules nobody gets to, customers on two lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inboxsla.config.checks import Complaint
from inboxsla.config.document.model import Document, Rule
from inboxsla.domain.folding import fold_address

# Every address has one, so this is how “always” is written.
_ALWAYS: Mapping[str, object] = {"sender": {"contains": "@"}}


def remarks(document: Document) -> Iterator[Complaint]:
    for section in ("tiers", "organisations"):
        yield from _on_two(section, getattr(document, section))
    yield from _never_reached(document.rules)


def _on_two(section: str, lists: Mapping[str, tuple[str, ...]]) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for name, entries in lists.items():
        for nth, entry in enumerate(entries):
            before = first.setdefault(fold_address(entry).removeprefix("@"), name)
            if before != name:
                yield (
                    (section, name, nth),
                    f"“{entry}” is on “{before}” as well, and that one counts, for it comes first.",
                )


def _never_reached(rules: tuple[Rule, ...]) -> Iterator[Complaint]:
    for nth, rule in enumerate(rules):
        for before in rules[:nth]:
            everywhere = not before.mailboxes or (rule.mailboxes and {*rule.mailboxes} <= {*before.mailboxes})
            if before.stop and everywhere and before.when in (_ALWAYS, rule.when):
                yield ("rules", nth), f"nothing gets as far as this rule: “{before.name}” stops before it."
                break
