"""What one run of delivering did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Delivered:
    """`more` says that there was more to do than one run takes."""

    composed: int = 0
    sent: int = 0
    relabelled: int = 0
    more: bool = False
