"""A visitor of the demo writes in as a customer; the story leaves such threads to whoever looks at them."""

from __future__ import annotations

import re

from . import letters
from .mailroom import Placed
from .store import Store
from .stories import board, hands

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+", re.ASCII)


def is_a_letter(sender: str, subject: str, text: str) -> bool:
    """Whether there is an address to answer to, a subject and a text."""
    return bool(_ADDRESS.fullmatch(sender) and subject.strip() and text.strip())


def writes_in(store: Store, address: str, sender: str, name: str, subject: str, text: str) -> Placed:
    raw = letters.letter(
        sender=letters.mailbox_header(sender, name), to=address, subject=subject, text=text, at=store.now(),
        headers={hands.MARK: board.VISITOR},
    )  # fmt: skip
    return store.deliver(address, raw)
