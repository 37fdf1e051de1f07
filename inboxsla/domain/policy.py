"""A policy: what is promised, in which hours, who is told when, and what stops the time. Immutable; built from plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.timeline import NORMAL, Habits, Metric, Status
from inboxsla.errors import ConfigMistakes, NoWorkingTime

PRIORITIES = ("critical", "high", NORMAL, "low")


class Do(StrEnum):
    """What a reminder step does. Notices go to a role; who that is, is looked up when the act is carried out."""

    REMIND_OWNER = "remind_owner"
    NOTIFY_OWNER = "notify_owner"
    NOTIFY_LEAD = "notify_lead"
    REASSIGN = "reassign"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder step: at `percent` of the target, in the clock's business time."""

    percent: int
    do: tuple[Do, ...]

    @property
    def key(self) -> str:
        return f"{self.percent}%"


@dataclass(frozen=True, slots=True)
class Policy:
    """`targets[metric][priority]` is business time; a metric that is not in it has no clock.

    `pauses[status]` names the metrics whose time does not count in that status. `medium_at` and `urgent_at` are percents.
    """

    name: str
    calendar: BusinessCalendar
    targets: Mapping[Metric, Mapping[str, timedelta]]
    ladder: tuple[Step, ...]
    pauses: Mapping[str, frozenset[Metric]]
    medium_at: int
    urgent_at: int
    habits: Habits
    calendar_name: str = ""

    def target(self, metric: Metric, priority: str) -> timedelta | None:
        """What is promised, in business time. A priority without a target of its own has that of normal."""
        by_priority = self.targets.get(metric, {})
        own = by_priority.get(priority)
        return own if own is not None or priority not in PRIORITIES else by_priority.get(NORMAL)

    def pauses_for(self, metric: Metric) -> frozenset[str]:
        """Statuses whose time does not count for `metric`. Solved time and time in Spam or Trash never count."""
        always = {"away", Status.SOLVED.value, Status.CLOSED.value, Status.NOT_A_TICKET.value}
        return frozenset(always | {status for status, metrics in self.pauses.items() if metric in metrics})


def from_data(data: Mapping[str, Any]) -> Policy:
    """The policy that plain data (JSON, TOML) describes. Durations are whole seconds.

    Raises ConfigMistakes naming everything that is wrong, a calendar that never opens included.
    """
    mistakes: list[str] = []
    calendar = _calendar(data.get("calendar", {}), mistakes)
    targets = _targets(data.get("targets", {}), mistakes)
    ladder = _ladder(data.get("ladder", ()), mistakes)
    pauses = _pauses(data.get("pauses", {}), mistakes)
    medium, urgent = data.get("medium_at", 50), data.get("urgent_at", 75)
    if not (isinstance(medium, int) and isinstance(urgent, int) and 0 < medium < urgent < 100):
        mistakes.append(f"medium_at {medium} and urgent_at {urgent} must rise between 0 and 100.")
    reopening = data.get("reopening", "resume")
    if reopening not in ("resume", "restart"):
        mistakes.append(f"reopening is “{reopening}”; write resume or restart.")
    if mistakes or calendar is None:
        raise ConfigMistakes(mistakes)
    habits = Habits(bool(data.get("reply_sets_waiting", True)), bool(data.get("archiving_solves", True)), reopening)
    name = str(data.get("name", "Standard support"))
    return Policy(name, calendar, targets, ladder, pauses, medium, urgent, habits, str(data.get("calendar_name", "")))


def _calendar(data: Mapping[str, Any], mistakes: list[str]) -> BusinessCalendar | None:
    try:
        if data.get("always_open"):
            return BusinessCalendar.always_open(data.get("zone", "UTC"))
        return BusinessCalendar(
            data.get("zone", "UTC"), data.get("hours", {}), data.get("holidays", ()), data.get("special_days", {})
        )
    except ConfigMistakes as wrong:
        mistakes.extend(wrong.mistakes)
    except NoWorkingTime as never:
        mistakes.append(str(never))
    return None


def _targets(data: Mapping[str, Any], mistakes: list[str]) -> dict[Metric, dict[str, timedelta]]:
    targets: dict[Metric, dict[str, timedelta]] = {}
    for name, by_priority in data.items():
        if name not in tuple(Metric):
            mistakes.append(f"“{name}” is not a promise we know: {', '.join(Metric)}.")
            continue
        if not isinstance(by_priority, Mapping):
            by_priority = {"normal": by_priority}
        targets[Metric(name)] = {}
        for priority, seconds in by_priority.items():
            if priority not in PRIORITIES:
                mistakes.append(f"“{priority}” is not a priority we know: {', '.join(PRIORITIES)}.")
            elif not isinstance(seconds, int | float) or seconds <= 0:
                mistakes.append(f"The {name} target for {priority} must be longer than nothing.")
            else:
                targets[Metric(name)][priority] = timedelta(seconds=seconds)
    if not targets:
        mistakes.append("A policy needs at least one target.")
    return targets


def _ladder(data: Sequence[Mapping[str, Any]], mistakes: list[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for row in data:
        percent, names = row.get("at"), row.get("do", ())
        if not isinstance(percent, int) or not 0 < percent <= 1000:
            mistakes.append(f"A reminder step is at “{percent}”; write a percentage from 1 to 1000.")
            continue
        unknown = [name for name in names if name not in tuple(Do)]
        if unknown or not names:
            mistakes.append(
                f"The step at {percent} % does “{', '.join(unknown) or 'nothing'}”; it can {', '.join(Do)}."
            )
            continue
        if any(step.percent == percent for step in steps):
            mistakes.append(f"Two reminder steps are at {percent} %; make them one.")
            continue
        steps.append(Step(percent, tuple(Do(name) for name in names)))
    return tuple(sorted(steps, key=lambda step: step.percent))


def _pauses(data: Mapping[str, Any], mistakes: list[str]) -> dict[str, frozenset[Metric]]:
    pauses: dict[str, frozenset[Metric]] = {}
    for status, metrics in data.items():
        if status not in (Status.WAITING, Status.ON_HOLD):
            mistakes.append(f"“{status}” cannot pause a timer; {Status.WAITING} and {Status.ON_HOLD} can.")
            continue
        unknown = [metric for metric in metrics if metric not in tuple(Metric)]
        if unknown:
            mistakes.append(f"“{', '.join(unknown)}” is not a promise we know: {', '.join(Metric)}.")
            continue
        pauses[status] = frozenset(Metric(metric) for metric in metrics)
    return pauses
