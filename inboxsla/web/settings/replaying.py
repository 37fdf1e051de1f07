"""“What if” in the effect panel: the last days replayed under the draft, when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inboxsla.domain.step_words import NOTICE_WORDS
from inboxsla.domain.timeline import Metric
from inboxsla.services import whatif
from inboxsla.services.drafting import Draft
from inboxsla.services.whatif import WhatIf
from inboxsla.web.context import ports

# How a button asks for it, and for how many days.
ORDERS: Mapping[str, int] = {"replay:30": 30, "replay:90": 90}
# Somebody waits: these take about two seconds.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """Shares of one promise that were kept, 0 to 1; None where nothing was decided. `more_missed` may be negative."""

    metric: Metric
    before: float | None
    after: float | None
    more_missed: int


@dataclass(frozen=True, slots=True)
class Told:
    """How often customers would have been told something by themselves, now and then."""

    what: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Replay:
    """`whole` says that no ticket of these days was left out. `told` leaves out what nobody was or would have been told."""

    found: WhatIf
    kept: tuple[Kept, ...]
    told: tuple[Told, ...]

    @property
    def whole(self) -> bool:
        return self.found.tickets >= self.found.there_are


def replay(draft: Draft | None, order: str) -> Replay | None:
    """None where the draft has mistakes, and so nothing can be replayed."""
    if draft is None or draft.document is None:
        return None
    found = whatif.whatif(ports(), draft.document, ORDERS[order], None, lambda moved: None, most=MOST)
    before = {promise.metric: promise for promise in found.now.figures.promises}
    after = {promise.metric: promise for promise in found.then.figures.promises}
    kept = []
    for metric in Metric:
        was, would = before.get(metric), after.get(metric)
        more = (would.missed if would else 0) - (was.missed if was else 0)
        shares = (was.kept if was else None, would.kept if would else None)
        if shares != (None, None):
            kept.append(Kept(metric, *shares, more))
    counts = [
        Told(words, found.now.told.get(each, 0), found.then.told.get(each, 0)) for each, words in NOTICE_WORDS.items()
    ]
    return Replay(found, tuple(kept), tuple(one for one in counts if one.before or one.after))
