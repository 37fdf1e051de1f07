"""What is no mistake in a document but looks unintended: rules nobody gets to, customers on two lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inboxsla.config.checks import Complaint
from inboxsla.config.document.model import Document
from inboxsla.config.document.shadows import shadowed
from inboxsla.domain.folding import fold_address


def remarks(document: Document) -> Iterator[Complaint]:
    for section in ("tiers", "organisations"):
        yield from _on_two(section, getattr(document, section))
    yield from ((("rules", nth), sentence) for nth, sentence in shadowed(document.rules))


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
