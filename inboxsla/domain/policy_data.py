"""Policies as plain data (JSON, TOML): read with every complaint at once, in words for whoever wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.courtesy import Courtesy, CustomerNotice, unknown_fields
from inboxsla.domain.durations import words
from inboxsla.domain.policy import MOST_REOPENINGS, PRIORITIES, SHORTEST_REPEAT, WRITTEN, Do, Policy, Step
from inboxsla.domain.timeline import NORMAL, Habits, Metric, Status
from inboxsla.errors import ConfigMistakes, NoWorkingTime

_PLACES = ("at", "before", "after", "every", "reopened")
# What a step does because it names somebody or something.
_BY_KEYS = (Do.NOTIFY_PERSON, Do.ADD_TAG, Do.POST_WEBHOOK)


def from_data(data: Mapping[str, Any]) -> Policy:
    """The policy that plain data describes. Durations are whole seconds of business time.

    Raises ConfigMistakes naming everything that is wrong: a calendar that never opens, a promise nobody can keep, a step
    that never comes.
    """
    mistakes: list[str] = []
    calendar = _calendar(data.get("calendar", {}), mistakes)
    calendars = _calendars(data.get("calendars", {}), mistakes)
    targets = _targets(data.get("targets", {}), mistakes)
    if calendars.get(Metric.FIRST_RESPONSE, calendar) == calendars.get(Metric.RESOLUTION, calendar):
        _can_be_kept(targets, mistakes)
    ladder = _ladder(data.get("ladder", ()), targets, mistakes)
    pauses = _pauses(data.get("pauses", {}), mistakes)
    medium, urgent = data.get("medium_at", 50), data.get("urgent_at", 75)
    if not (isinstance(medium, int) and isinstance(urgent, int) and 0 < medium < urgent < 100):
        mistakes.append(f"medium_at {medium} and urgent_at {urgent} must rise between 0 and 100.")
    habits = _habits(data, calendar, mistakes)
    courtesy = _courtesy(data.get("notices", {}), habits, mistakes)
    if mistakes or calendar is None:
        raise ConfigMistakes(mistakes)
    name = str(data.get("name", "Standard support"))
    calendar_name = str(data.get("calendar_name", ""))
    skip = timedelta(seconds=int(data.get("skip_early_under", 0)))
    return Policy(
        name, calendar, targets, ladder, pauses, medium, urgent, habits, calendar_name, calendars, skip, courtesy
    )


def _courtesy(data: Mapping[str, Any], habits: Habits, mistakes: list[str]) -> Courtesy:
    """`data` maps each notice that goes out to what an admin adds to it, or to nothing."""
    known = [CustomerNotice(name) for name in data if name in tuple(CustomerNotice)]
    if unknown := [name for name in data if name not in tuple(CustomerNotice)]:
        mistakes.append(f"“{', '.join(unknown)}” is no notice to customers; {', '.join(CustomerNotice)} are.")
    for notice in known:
        if strange := unknown_fields(notice, str(data[notice])):
            mistakes.append(f"Nothing fills in {', '.join(f'{{{name}}}' for name in strange)} of the notice {notice}.")
    if CustomerNotice.CLOSING in known and habits.warned_before is None:
        mistakes.append("The closing notice comes with auto_close_warning, which is not set.")
    return Courtesy(frozenset(known), {notice: str(data[notice]) for notice in known if data[notice]})


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


def _calendars(data: Mapping[str, Any], mistakes: list[str]) -> dict[Metric, BusinessCalendar]:
    read = {name: _calendar(own, mistakes) for name, own in data.items() if _is_metric(name, mistakes)}
    return {Metric(name): calendar for name, calendar in read.items() if calendar is not None}


def _is_metric(name: str, mistakes: list[str]) -> bool:
    if name not in tuple(Metric):
        mistakes.append(f"“{name}” is not a promise we know: {', '.join(Metric)}.")
    return name in tuple(Metric)


def _targets(data: Mapping[str, Any], mistakes: list[str]) -> dict[Metric, dict[str, timedelta]]:
    targets: dict[Metric, dict[str, timedelta]] = {}
    for name, by_priority in data.items():
        if not _is_metric(name, mistakes):
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


def _can_be_kept(targets: Mapping[Metric, Mapping[str, timedelta]], mistakes: list[str]) -> None:
    """A ticket cannot be solved before it is answered; to be asked where both count in the same hours."""
    first, solved = targets.get(Metric.FIRST_RESPONSE, {}), targets.get(Metric.RESOLUTION, {})
    for priority in PRIORITIES:
        answer, solution = first.get(priority, first.get(NORMAL)), solved.get(priority, solved.get(NORMAL))
        if (
            answer is not None
            and solution is not None
            and answer > solution
            and (priority in first or priority in solved)
        ):
            mistakes.append(
                f"For {priority} priority the first response ({words(answer)}) may take longer than the resolution"
                f" ({words(solution)}); nobody can solve before they answer. Make the resolution target longer."
            )


def _ladder(
    data: Sequence[Mapping[str, Any]], targets: Mapping[Metric, Mapping[str, timedelta]], mistakes: list[str]
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for row in data:
        step = _step(row, mistakes)
        if step is None:
            continue
        if any(step.key == other.key and _share(step, other) for other in steps):
            mistakes.append(f"Two reminder steps are {_place(step)}; make them one.")
            continue
        if never := _never_comes(step, targets):
            mistakes.append(never)
        steps.append(step)
    longest = max((length for own in targets.values() for length in own.values()), default=timedelta(1))
    return tuple(sorted(steps, key=lambda step: (step.reopened or 0, step.budget(longest), step.key)))


def _share(one: Step, other: Step) -> bool:
    return not one.metrics or not other.metrics or bool(one.metrics & other.metrics)


def _step(row: Mapping[str, Any], mistakes: list[str]) -> Step | None:
    known = len(mistakes)
    given = [name for name in _PLACES if row.get(name) is not None]
    if len(given) != 1:
        mistakes.append(
            "A reminder step says when it comes exactly once: at (a percentage), before, after or every (a length of time),"
            " or reopened (how many times the customer came back)."
        )
        return None
    place, when = given[0], row[given[0]]
    if wrong := _wrong_place(place, when):
        mistakes.append(wrong)
        return None
    metrics = tuple(name for name in row.get("metrics", ()) if _is_metric(name, mistakes))
    step = Step(
        when if place == "at" else None,
        (),
        timedelta(seconds={"after": when, "before": -when}.get(place, 0)),
        frozenset(Metric(name) for name in metrics),
        tuple(row.get("notify", ())),
        when if place == "reopened" else None,
        tuple(row.get("tags", ())),
        tuple(row.get("webhooks", ())),
        timedelta(seconds=when) if place == "every" else None,
    )
    if step.reopened is not None and metrics:
        mistakes.append(f"The step {_place(step)} belongs to no promise; leave out metrics ({', '.join(metrics)}).")
    names = tuple(row.get("do", ()))
    unknown = [name for name in names if name not in WRITTEN]
    named = tuple(do for do in _BY_KEYS if step.targets(do))
    if unknown or not (names or named):
        mistakes.append(
            f"The step {_place(step)} does “{', '.join(unknown) or 'nothing'}”; it can {', '.join(WRITTEN)}."
        )
    if len(mistakes) > known:
        return None
    return replace(step, do=(*(Do(name) for name in dict.fromkeys(names)), *named))


def _wrong_place(place: str, when: Any) -> str:
    """Why a step cannot come then, or nothing."""
    whole = isinstance(when, int) and not isinstance(when, bool)
    if place == "at" and not (whole and 0 < when <= 1000):
        return f"A reminder step is at “{when}”; write a percentage from 1 to 1000."
    if place == "reopened" and not (whole and 0 < when <= MOST_REOPENINGS):
        return (
            f"A reminder step comes when the ticket was reopened “{when}” times; write a whole number from 1 to"
            f" {MOST_REOPENINGS}."
        )
    if place in ("before", "after", "every") and (not isinstance(when, int | float) or when <= 0):
        return f"A reminder step comes {place} “{when}”; write a length of time longer than nothing."
    if place == "every" and timedelta(seconds=when) < SHORTEST_REPEAT:
        return f"A reminder step comes every {words(timedelta(seconds=when))}; {words(SHORTEST_REPEAT)} is the least."
    return ""


def _place(step: Step) -> str:
    if step.reopened is not None:
        return f"after {step.reopened} reopening{'' if step.reopened == 1 else 's'}"
    if step.every is not None:
        return f"every {words(step.every)} after the due time"
    if step.percent is not None:
        return f"at {step.percent} %"
    return f"{words(abs(step.offset))} {'before' if step.offset < timedelta() else 'after'} the due time"


def _never_comes(step: Step, targets: Mapping[Metric, Mapping[str, timedelta]]) -> str:
    """Why a step would never be taken, or nothing."""
    if step.reopened is not None:
        return ""
    if step.metrics and targets and not any(targets.get(metric) for metric in step.metrics):
        names = ", ".join(sorted(step.metrics))
        return f"The step {_place(step)} is for {names}, which this policy does not promise."
    lengths = [
        length
        for metric, by_priority in targets.items()
        if not step.metrics or metric in step.metrics
        for length in by_priority.values()
    ]
    if lengths and all(step.budget(length) <= timedelta() for length in lengths):
        return (
            f"The step {_place(step)} would come before the time starts; the longest target is {words(max(lengths))}."
        )
    return ""


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


def _habits(data: Mapping[str, Any], calendar: BusinessCalendar | None, mistakes: list[str]) -> Habits:
    reopening = data.get("reopening", "resume")
    if reopening not in ("resume", "restart"):
        mistakes.append(f"reopening is “{reopening}”; write resume or restart.")
    lengths = {name: _length(name, data, mistakes) for name in ("hold_cap", "auto_close", "auto_close_warning")}
    closes, warned = lengths["auto_close"], lengths["auto_close_warning"]
    if warned is not None and closes is None:
        mistakes.append("auto_close_warning warns of nothing: auto_close is not set.")
    elif warned is not None and closes is not None and warned >= closes:
        mistakes.append(f"auto_close_warning ({words(warned)}) must be shorter than auto_close ({words(closes)}).")
    return Habits(
        reply_sets_waiting=bool(data.get("reply_sets_waiting", True)),
        archiving_solves=bool(data.get("archiving_solves", True)),
        reopening=reopening,
        thanks_reopen=bool(data.get("thanks_reopens", False)),
        calendar=calendar,
        longest_hold=lengths["hold_cap"],
        closes_after=closes,
        warned_before=warned,
    )


def _length(name: str, data: Mapping[str, Any], mistakes: list[str]) -> timedelta | None:
    seconds = data.get(name)
    if seconds is None:
        return None
    if not isinstance(seconds, int | float) or seconds <= 0:
        mistakes.append(f"{name} must be longer than nothing; leave it out to switch it off.")
        return None
    return timedelta(seconds=seconds)
