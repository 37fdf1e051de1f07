"""What people took back: acts that an UNDONE event names are left out, in whatever order they were learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inboxsla.domain.timeline import Event, Kind

# What an act of a person can be, and what rules say because of one. Mail is never taken back; nor are reminder steps: what was
# sent stays sent, and must not be sent again.
_CAN_BE = frozenset(
    {
        Kind.ASSIGNED,
        Kind.STATUS_SET,
        Kind.PRIORITY_SET,
        Kind.TAGGED,
        Kind.CLASSIFIED,
        Kind.ROUTED,
        Kind.POLICY_SET,
        Kind.ANSWERED_ELSEWHERE,
        Kind.EXTENDED,
        Kind.MUTED,
    }
)


def taken_back(events: Iterable[Event]) -> frozenset[str]:
    """The sources of events that others among these take back."""
    return frozenset(source for event in events if event.kind is Kind.UNDONE for source in event.data["of"])


def in_effect(events: Sequence[Event]) -> Sequence[Event]:
    """The same events, in the same order, without those that were taken back."""
    gone = taken_back(events)
    if not gone:
        return events
    return [event for event in events if event.source not in gone or event.kind not in _CAN_BE]
