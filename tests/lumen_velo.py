"""Lumen Velo, the bicycle-light shop: its people, its settings, its clock, and bells that ring nowhere."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inboxsla.config import Settings
from inboxsla.errors import TryLater

SUPPORT = "support@lumenvelo.example"
ANA, JONAS, CLAIRE = "ana@lumenvelo.example", "jonas@lumenvelo.example", "claire@lumenvelo.example"
ZOFIA, KOFI = "zofia@rowery.example", "kofi@customer.example"
NAMES = {ANA: "Ana Ruiz", JONAS: "Jonas Weber", CLAIRE: "Claire Dubois", ZOFIA: "Zofia Wiśniewska", KOFI: "Kofi Mensah"}
MORNING = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)
REFUND = "Refund for order 1182 still missing"


# What signs links is made there; it goes away with the process.
_FOLDER = tempfile.TemporaryDirectory(prefix="lumen-velo-")


class Clock:
    """Stands still until moved."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


class NobodyRings:
    """Redis is away."""

    def ring(self, job: str, keys: Sequence[int]) -> None:
        raise TryLater("Redis cannot be reached.")

    def ping(self) -> None:
        raise TryLater("Redis cannot be reached.")


@dataclass
class Notepad:
    """A bell that writes down who was rung for what, and does nothing else."""

    rung: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def ring(self, job: str, keys: Sequence[int]) -> None:
        self.rung.append((job, tuple(keys)))

    def ping(self) -> None:
        return None


def settings(**more: Any) -> Settings:
    """Lumen Velo's: Ana and Jonas answer, Claire leads; 4 h for the first response, 8 h for the next, round the clock."""
    tree: dict[str, Any] = {
        "data_dir": _FOLDER.name,
        "calendar": {"zone": "Europe/Berlin", "hours": "24x7"},
        "policy": {"first_response": "4h", "next_response": "8h", "resolution": "72h"},
        # Tests begin in the morning, and most of them count mails.
        "notify": {"digest": False},
        "mailboxes": [{"address": SUPPORT, "aliases": ["help@lumenvelo.example"]}],
        "people": [
            {"address": ANA, "name": "Ana Ruiz"},
            {"address": JONAS, "name": "Jonas Weber"},
            {"address": CLAIRE, "name": "Claire Dubois", "role": "lead"},
        ],
    }
    for key, value in more.items():
        tree[key] = {**tree[key], **value} if isinstance(tree.get(key), dict) else value
    return Settings.of(tree)
