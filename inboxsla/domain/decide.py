"""The only composition: a timeline, a policy and an instant become a reading, steps taken, acts owed and the next wake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from inboxsla.domain.clock import NO_CHANGES, ClockReading, Reading, Running, State, Urgency, read_runs, runs_of
from inboxsla.domain.escalation import ACTED, OBSERVED, DueStep, outcome_of, schedule
from inboxsla.domain.fold import standing
from inboxsla.domain.owed_courtesies import CUSTOMER, Courteous, foreseen, owed_at
from inboxsla.domain.policy import Do, Policy, Step, share
from inboxsla.domain.returning import REOPENED, due_on_return, in_force
from inboxsla.domain.timeline import Event, Kind, Metric, Standing, Status

_ROLE = {
    Do.REMIND_OWNER: "owner",
    Do.NOTIFY_OWNER: "owner",
    Do.NOTIFY_TEAM: "team",
    Do.NOTIFY_LEAD: "lead",
    Do.NOTIFY_ON_DUTY_LEAD: "on_duty_lead",
    Do.NOTIFY_PERSON: "person",
    Do.REASSIGN: "owner",
    Do.RAISE_PRIORITY: "ticket",
    Do.ADD_TAG: "ticket",
    Do.POST_WEBHOOK: "webhook",
    Do.WARN_CLOSING: "owner",
    Do.TELL_CUSTOMER: "requester",
}
# What a closing warning goes under where steps name a promise and its cycle.
CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Act:
    """Something owed to the outside: `do` for whoever has `role` when it is carried out. `key` is unique for ever (per ticket).

    `percent` is how much of the promise is used at `instant`. `metric` is None where no promise causes it. `recipient` is
    the address of the one person meant where `role` is "person", and else the tag or the webhook that is named. `always_on` says that the clock counts round the clock.
    `reopened` is how often the customer had reopened the ticket where that is the cause, else 0.
    `words` are told as the reason, where there is one beside `do`; `note` is the id of the note it is about; `promise` is the
    instant that a notice to the customer names.
    """

    key: str
    do: Do
    role: str
    metric: Metric | None
    cycle: str
    step: str
    percent: int
    instant: datetime
    recipient: str = ""
    always_on: bool = False
    reopened: int = 0
    words: str = ""
    note: int | None = None
    promise: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a timeline at one instant. `wake_at` is strictly later: until then nothing changes by time alone."""

    facts: Standing
    reading: Reading
    steps_taken: tuple[Event, ...]
    acts: tuple[Act, ...]
    wants_owner: bool
    wake_at: datetime | None


def decide(
    events: Iterable[Event],
    policy: Policy,
    now: datetime,
    live_since: datetime | None,
    later: Mapping[int, Policy] = NO_CHANGES,
) -> Decision:
    """Decide at `now` (aware UTC). `live_since` is None while the mailbox is only observed.

    `policy` is the version the ticket began with; `later` holds those that its POLICY_SET events name. Deciding again with
    `steps_taken` added to the events gives the same reading, no steps and no acts.
    """
    events = list(events)
    facts = standing(events, policy.habits, now, {key: version.habits for key, version in later.items()})
    runs = runs_of(facts, policy, later)
    reading = read_runs(runs, facts, now)
    live = live_clocks(runs, facts, reading)
    taken: list[DueStep] = []
    # Gmail's clock may be ahead of ours: what is known but has not happened yet is read when it has.
    wakes: list[datetime | None] = [
        facts.hold_until, facts.closes_at, facts.warned_at, *(event.happened_at for event in events)
    ]  # fmt: skip
    for run, clock in live:
        plan = schedule(run, facts, now, live_since)
        taken.extend(plan.due)
        wakes += (plan.next_at, clock.due_at, *_urgencies(run, clock))
    warning, warned = _warning(facts, now, live_since)
    newest = in_force(facts, policy, later)
    coming = foreseen(facts, live, newest, live_since)
    wakes += (each.at for each in coming)
    told, owed_to_customer = _courtesies(owed_at(coming, now), now, live_since)
    returned, owed_on_return = _on_return(facts, newest, now, live_since)
    acts = _once([*(act for due in taken if due.outcome == ACTED for act in _acts(due)), *owed_on_return])
    return Decision(
        facts=facts,
        reading=reading,
        steps_taken=(*(_event(due, now) for due in taken), *returned, *warning, *told),
        acts=(*acts, *warned, *owed_to_customer),
        wants_owner=facts.owner is None and bool(live),
        wake_at=min((at for at in wakes if at is not None and at > now), default=None),
    )


def live_clocks(runs: Iterable[Running], facts: Standing, reading: Reading) -> list[tuple[Running, ClockReading]]:
    """Those that run, as they are read; not those of a ticket that is away or none."""
    if reading.urgency is Urgency.NONE or facts.away or facts.status is Status.NOT_A_TICKET:
        return []
    pairs = zip(runs, reading.clocks, strict=True)
    return [(run, clock) for run, clock in pairs if clock.state is State.RUNNING]


def _urgencies(run: Running, clock: ClockReading) -> Iterator[datetime | None]:
    """When the urgency of a running clock rises before it is due."""
    for percent in (run.policy.medium_at, run.policy.urgent_at):
        budget = share(run.target, percent)
        if clock.elapsed < budget:
            yield run.instant_of(budget)


def _name(due: DueStep) -> str:
    cycle = due.run.cycle
    return f"{cycle.metric}/{cycle.key}/{due.step.key}/{due.arming}"


def _event(due: DueStep, now: datetime) -> Event:
    cycle = due.run.cycle
    name, key = _name(due), due.step.key
    noted = _noted(now, name, cycle.metric.value, cycle.key, key, due.instant, due.outcome, due.step)
    if not due.short:
        return noted
    under = int(due.run.policy.skip_early_under.total_seconds())
    return replace(noted, data={**noted.data, "under": under})


def _noted(
    now: datetime,
    name: str,
    metric: str,
    cycle: str,
    step: str,
    instant: datetime,
    outcome: str,
    does: Step,
) -> Event:
    data: dict[str, object] = {
        "metric": metric,
        "cycle": cycle,
        "step": step,
        "instant": instant.isoformat(),
        "outcome": outcome,
    }
    if outcome == OBSERVED:
        # What nobody does is said for whoever decides whether it shall be done.
        data |= {"would": [each.value for each in does.do], "notify": list(does.notify)}
        data |= {name: list(named) for name, named in (("tags", does.tags), ("webhooks", does.webhooks)) if named}
    return Event(Kind.STEP_TAKEN, now, f"step:{name}", data=data)


def _acts(due: DueStep) -> Iterable[Act]:
    cycle, run, name = due.run.cycle, due.run, _name(due)
    for do, recipient in _to_each(due.step):
        yield Act(
            f"{name}/{do}{'/' if recipient else ''}{recipient}", do, _ROLE[do], cycle.metric, cycle.key,
            due.step.key, due.percent, due.instant, recipient, run.calendar.is_always_open,
        )  # fmt: skip


def _on_return(
    facts: Standing, policy: Policy, now: datetime, live_since: datetime | None
) -> tuple[list[Event], list[Act]]:
    """What is recorded and owed because the customer keeps coming back."""
    steps, acts = [], []
    for due in due_on_return(facts, policy, live_since):
        times, name = str(due.times), f"{REOPENED}/{due.times}"
        steps.append(_noted(now, name, REOPENED, times, REOPENED, due.instant, due.outcome, due.step))
        for do, recipient in _to_each(due.step) if due.outcome == ACTED else ():
            act = Act(
                f"{name}/{do}{'/' if recipient else ''}{recipient}", do, _ROLE[do], None, times, REOPENED, 0,
                due.instant, recipient, policy.calendar.is_always_open, due.times,
            )  # fmt: skip
            acts.append(act)
    return steps, acts


def _to_each(step: Step) -> Iterator[tuple[Do, str]]:
    """What a step does, with each person, tag or webhook it names."""
    return ((do, recipient) for do in step.do for recipient in step.targets(do))


def _once(acts: list[Act]) -> list[Act]:
    """One change leads to at most one reassignment, and raises the priority once, however many promises it reaches."""
    kept: dict[Do, Act] = {}
    for act in acts:
        if act.do in (Do.REASSIGN, Do.RAISE_PRIORITY):
            kept.setdefault(act.do, act)
    return [act for act in acts if kept.get(act.do, act) is act]


def _warning(facts: Standing, now: datetime, live_since: datetime | None) -> tuple[list[Event], list[Act]]:
    """The owner is told once, of each closing that comes by itself."""
    if facts.warned_at is None or facts.closes_at is None or facts.warned_at > now:
        return [], []
    cycle = facts.closes_at.isoformat()
    if (CLOSING, cycle, CLOSING) in facts.steps:
        return [], []
    outcome = outcome_of(facts.warned_at, live_since)
    told = Step(None, (Do.WARN_CLOSING,))
    event = _noted(now, f"{CLOSING}/{cycle}", CLOSING, cycle, CLOSING, facts.warned_at, outcome, told)
    act = Act(f"{CLOSING}/{cycle}", Do.WARN_CLOSING, "owner", None, cycle, CLOSING, 0, facts.warned_at)
    return [event], [act] if outcome == ACTED else []


def _courtesies(owed: Iterable[Courteous], now: datetime, live_since: datetime | None) -> tuple[list[Event], list[Act]]:
    """Each notice to the customer is recorded as owed, and owed, once; while the mailbox is observed it is only recorded."""
    steps, acts = [], []
    outcome = OBSERVED if live_since is None else ACTED
    for each in owed:
        name, told = f"{CUSTOMER}/{each.cycle}/{each.notice}", Step(None, (Do.TELL_CUSTOMER,))
        steps.append(_noted(now, name, CUSTOMER, each.cycle, each.notice.value, each.at, outcome, told))
        act = Act(
            name, Do.TELL_CUSTOMER, _ROLE[Do.TELL_CUSTOMER], each.metric, each.cycle, each.notice.value, 0, each.at,
            promise=each.promise,
        )  # fmt: skip
        acts.append(act)
    return steps, acts if outcome == ACTED else []


def asked_for(event: Event) -> list[Act]:
    """What somebody asked for by hand and is owed when the event is recorded, not when it is read again."""
    if event.kind is Kind.ESCALATED:
        return [_asked(event, Do.TELL_ESCALATED, role, words=event.data.get("why", "")) for role in ("owner", "lead")]
    if event.kind is Kind.ASSIGNED:
        owner = str(event.data.get("owner") or "")
        by_a_colleague = event.actor is not None and owner not in ("", event.actor)
        return [_asked(event, Do.TELL_HANDED_OVER, "person", recipient=owner)] if by_a_colleague else []
    if event.kind is not Kind.NOTED:
        return []
    if event.data.get("where") == "label":
        words = f"“{event.data['what']}” could not be done: {event.data['why']}"
        return [_asked(event, Do.TELL_REFUSED, "owner", words=words)]
    told = event.data.get("mentions", ())
    return [_asked(event, Do.TELL_MENTIONED, "person", recipient=who, note=event.data["note"]) for who in told]


def _asked(event: Event, do: Do, role: str, *, recipient: str = "", words: str = "", note: int | None = None) -> Act:
    key = f"{event.source}/{do}/{recipient or role}"
    return Act(key, do, role, None, event.source, do, 0, event.happened_at, recipient=recipient, words=words, note=note)
