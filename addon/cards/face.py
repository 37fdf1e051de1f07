"""Whom a card is for, and where its clicks go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from addon.cards.parts import Json, picture
from inboxsla.domain.clock import Urgency
from inboxsla.domain.ticket_view import URGENCY_WORDS
from inboxsla.speech import BabelSpeech

# What a click carries: signed, so that nobody can make up another ticket or another person.
Signer = Callable[[Mapping[str, str | int]], str]
PARAMETER = "p"
ACT, SHOW = "/addon/act", "/addon/show"


@dataclass(frozen=True, slots=True)
class Face:
    """`base` is where our pages answer, without a slash at the end. `rich` allows coloured words: not on phones.

    `sign` is None for somebody unknown, who gets nothing to click. `thread` says which thread "look again" means.
    """

    base: str
    say: BabelSpeech
    sign: Signer | None
    rich: bool = True
    thread: Mapping[str, str] = field(default_factory=dict)

    def text(self, message: str, **values: str | int) -> str:
        return self.say.text(message, **values)

    def act(self, name: str, ticket_id: int, seen: int, **more: str | int) -> Json:
        """Do one act; `more` are its fields where no form gives them."""
        return self._call(ACT, {"do": name, "ticket": ticket_id, "seen": seen, **more})

    def show(self, what: str, ticket_id: int = 0, **more: str | int) -> Json:
        """Another card. `up` is how many cards it lies above the one that its acts bring up to date."""
        return self._call(SHOW, {"show": what, **({"ticket": ticket_id} if ticket_id else {}), **more})

    def _call(self, path: str, values: Mapping[str, str | int]) -> Json:
        assert self.sign is not None, "nothing to click for somebody unknown"
        parameters = [{"key": PARAMETER, "value": self.sign(values)}]
        return {"action": {"function": self.base + path, "parameters": parameters, "loadIndicator": "SPINNER"}}

    def again(self) -> Json:
        """The same thread once more."""
        return self._call(SHOW, {"show": "again", **self.thread})

    def page(self, path: str) -> Json:
        return {"openLink": {"url": self.base + path}}

    def disc(self, name: str) -> str:
        """The address of a picture: an urgency ("none" is a dashed ring), or "logo"."""
        return f"{self.base}/addon/icons/{name}.png"

    def urgency(self, urgency: Urgency) -> Json:
        return picture(self.disc(urgency.value), self.text(URGENCY_WORDS[urgency]))
