"""Who may open a view: each says its level with `needs`, and this is the one place where it is checked."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "_needs"


class Level(Enum):
    """What a view asks of whoever opens it; each level includes those before it.

    AGENT, LEAD and ADMIN are roles in the mailbox the address names or, where it names none, in at least one. HOUSE is whoever
    is admin of every mailbox: what is promised is one configuration for all of them.
    """

    PUBLIC = "anybody"
    SIGNED_IN = "signed in"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    HOUSE = "admin of every mailbox"


def needs(level: Level) -> Callable[[View], View]:
    """Mark a view with who may open it; to be put below its route."""

    def marked(view: View) -> View:
        setattr(view, _MARK, level)
        return view

    return marked


def level_of(view: Callable[..., Any]) -> Level | None:
    """What a view was marked with; None if nobody said."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Level) else None


def actor() -> str:
    """Who does it, for the change log."""
    return "somebody signed in"
