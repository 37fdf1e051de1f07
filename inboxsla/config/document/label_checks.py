"""What can be wrong between the names of labels: two alike, or one that Gmail or another kind of label has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from inboxsla.config.checks import Complaint
from inboxsla.config.document.house import Labels
from inboxsla.config.document.parts import Parts, value_of
from inboxsla.domain.label_style import DO, NAMES, OWNERS, RESERVED


def complaints(seen: Parts) -> Iterator[Complaint]:
    """Of what is right in itself."""
    labels = value_of(Labels, seen.tree.get("labels", {}))
    if labels is None:
        return
    if labels.prefix.casefold() in RESERVED:
        yield (
            ("labels", "prefix"),
            f"“{labels.prefix}” is a name that Gmail keeps for itself. Write another, such as SLA.",
        )
    if labels.prefix.casefold() == OWNERS.casefold():
        yield ("labels", "prefix"), f"“{OWNERS}” is where the labels of owners are. Write another, such as SLA."
    style = labels.style
    often = Counter(style.name(urgency).casefold() for urgency in NAMES)
    for urgency, name in labels.names.items():
        if name.casefold() == DO.casefold():
            reason = f"“{name}” is where the labels are that ask for something. Write another name."
            yield ("labels", "names", urgency), reason
        elif often[style.name(urgency).casefold()] > 1:
            yield ("labels", "names", urgency), f"“{name}” is there twice. Give each label a name of its own."
