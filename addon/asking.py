"""One request of Gmail's, as far as it is believed: who asks, what they clicked, and how to answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from addon.cards.face import Face
from addon.cards.parts import Json, plain
from addon.drawn import Drawings
from addon.events import Posted
from addon.parameters import Clicked
from inboxsla.services.panel import Memory
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.storage.panel import Found

_LONGEST_NOTICE = 200


@dataclass(frozen=True)
class Asked:
    """`clicked` is None where a thread or the panel was opened and nothing was clicked."""

    ports: Ports
    memory: Memory
    drawings: Drawings
    viewer: Viewer
    posted: Posted
    make_face: Callable[[], Face]
    now: datetime
    # What the reader's browser says about languages.
    language: str = ""
    # The thread of the message that is open, where its ids are known.
    found: Found | None = None
    clicked: Clicked | None = None

    @cached_property
    def face(self) -> Face:
        """Made when the first word is said: a card that was drawn before needs none."""
        return self.make_face()

    @property
    def click(self) -> Clicked:
        assert self.clicked is not None, "only clicks come here"
        return self.clicked


@dataclass(frozen=True, slots=True)
class Answer:
    """What the panel does: steps through its cards, a notice at the bottom, or asking for permissions (`scopes`); or
    `body`, the whole answer as it goes out.

    `changed` says that something was changed, so that what is shown elsewhere is old.
    """

    steps: Sequence[Json] = ()
    notice: str = ""
    changed: bool = False
    scopes: tuple[str, ...] = ()
    body: str = ""

    def to_open(self) -> Json:
        """As Gmail wants it when a thread or the panel was opened."""
        return self._scopes() or {"action": self._action()}

    def to_click(self) -> Json:
        """As Gmail wants it after a click."""
        return self._scopes() or {"renderActions": {"action": self._action()}, "stateChanged": self.changed}

    def _scopes(self) -> Json | None:
        return {"requesting_google_scopes": {"scopes": list(self.scopes)}} if self.scopes else None

    def _action(self) -> Json:
        action: Json = {"navigations": list(self.steps)}
        if self.notice:
            action["notification"] = {"text": plain(self.notice, _LONGEST_NOTICE)}
        return action


def as_json(what: Json) -> str:
    return json.dumps(what, ensure_ascii=False, separators=(",", ":"))


def push(card: Json) -> Answer:
    return Answer([{"pushCard": card}])


def update(card: Json, *, up: int = 0, notice: str = "", changed: bool = False) -> Answer:
    """`card` in place of the one `up` cards below the one that was clicked."""
    return Answer([*({"pop": True} for _ in range(up)), {"updateCard": card}], notice, changed)
