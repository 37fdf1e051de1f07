"""What a document says, as the plain data that storage and the domain read: every name resolved, lengths in whole seconds."""

from __future__ import annotations

from typing import Any

from inboxsla.config.document import kinds
from inboxsla.config.document.lengths import seconds
from inboxsla.config.document.model import METRICS, PRIORITIES, Document, Person, Policy, Step, Target, Team
from inboxsla.config.document.parts import ROUND_THE_CLOCK
from inboxsla.config.settings import Calendar

Data = dict[str, Any]
_ALWAYS = Calendar.model_validate(ROUND_THE_CLOCK)


def compile_policies(document: Document) -> dict[str, Data]:
    """Name → body of every policy that is switched on, as `domain.policy` reads it. Equal policies give equal data."""
    return {policy.name: _policy(policy, document) for policy in document.policies if policy.enabled}


def people_rows(document: Document, mailbox: str | None = None) -> list[Data]:
    """The people (of one mailbox) as they are kept: `calendar` is data or None, absences are ISO dates."""
    people = document.people if mailbox is None else document.staff_of(mailbox)
    return [_person(person, document, mailbox) for person in people]


def teams_rows(document: Document) -> dict[str, Data]:
    """Name → body of every team, as it is kept; `reassign_absent_after` in seconds or None."""
    return {team.name: _team(team) for team in document.teams}


def zone_of(document: Document, person: Person) -> str:
    """The zone a person's times and absences are in: their own, their calendar's, or that of the default policy."""
    own = document.calendars.get(person.calendar or "")
    return person.zone or (own.zone if own else house_zone(document))


def plain_seconds(text: str) -> int:
    """A length of plain hours as written in a document; 0 for "never"."""
    return 0 if text == kinds.NEVER else seconds(text, None)


def _policy(policy: Policy, document: Document) -> Data:
    own = _calendar(policy.calendar, document)
    promised = policy.targets.promised
    calendars = {
        metric: calendar_data(target.calendar, _zone(policy.calendar, document), document)
        for metric, target in promised.items()
        if target.calendar and target.calendar != policy.calendar
    }
    return {
        "name": policy.name,
        "calendar": calendar_data(policy.calendar, _zone(policy.calendar, document), document),
        "calendar_name": policy.calendar,
        **({"calendars": calendars} if calendars else {}),
        "targets": {metric: _target(target, policy, document) for metric, target in promised.items()},
        "ladder": sorted((_step(step, own) for step in policy.steps), key=_order),
        "pauses": {
            status: [metric for metric in METRICS if metric in metrics and metric in promised]
            for status, metrics in sorted(policy.pauses.items())
        },
        "medium_at": policy.medium_at,
        "urgent_at": policy.urgent_at,
        "reply_sets_waiting": policy.reply_sets_waiting,
        "archiving_solves": policy.archiving_solves,
        "reopening": policy.reopening,
        "thanks_reopens": policy.thanks_reopens,
        **{
            name: None if (text := getattr(policy, name)) is None else seconds(text, own)
            for name in ("hold_cap", "auto_close", "auto_close_warning")
        },
        **({"notices": {each.value: text for each, text in sent.items()}} if (sent := policy.notices.sent) else {}),
        "skip_early_under": plain_seconds(document.notifications.skip_early_under),
    }


def _target(target: Target, policy: Policy, document: Document) -> dict[str, int]:
    calendar = _calendar(target.calendar or policy.calendar, document)
    return {priority: seconds(text, calendar) for priority in PRIORITIES if (text := target.lengths.get(priority))}


def _step(step: Step, calendar: Calendar) -> Data:
    when: Data = {name: count for name in ("at", "reopened") if (count := getattr(step, name)) is not None}
    when |= {name: seconds(text, calendar) for name in ("before", "after", "every") if (text := getattr(step, name))}
    return {
        **when,
        "do": list(dict.fromkeys(step.do)),
        **({"metrics": [metric for metric in METRICS if metric in step.promises]} if step.promises else {}),
        **({"notify": list(dict.fromkeys(step.notify))} if step.notify else {}),
        **({"tags": list(step.add_tag)} if step.add_tag else {}),
        **({"webhooks": list(step.webhook)} if step.webhook else {}),
    }


def _order(step: Data) -> tuple[int, int, list[str]]:
    """Before the due time, at percentages, after it, again and again, by reopenings; how steps are written makes no other policy."""
    if "reopened" in step:
        return 4, step["reopened"], []
    if "every" in step:
        return 3, step["every"], step.get("metrics", [])
    if "before" in step:
        return 0, -step["before"], step.get("metrics", [])
    return (1, step["at"], step.get("metrics", [])) if "at" in step else (2, step["after"], step.get("metrics", []))


def _person(person: Person, document: Document, mailbox: str | None) -> Data:
    zone = zone_of(document, person)
    return {
        "address": person.address,
        "name": person.name,
        "role": person.role if mailbox is None else person.role_in(mailbox),
        "zone": zone,
        "mailboxes": list(person.mailboxes),
        "calendar": calendar_data(person.calendar, zone, document) if person.calendar else None,
        "skills": sorted(set(person.skills)),
        "capacity": person.capacity,
        "absences": [
            {"from": away.begins.isoformat(), "until": away.until.isoformat(), "substitute": away.substitute}
            for away in person.absences
        ],
    }


def _team(team: Team) -> Data:
    after = team.reassign_absent_after
    return {
        "lead": team.lead,
        "members": list(team.members),
        "strategy": team.strategy,
        "person": team.person,
        "skills": sorted(set(team.skills)),
        "reassign_absent_after": None if after is None else seconds(after, None),
    }


def _calendar(name: str, document: Document) -> Calendar:
    return _ALWAYS if name == kinds.ALWAYS else document.calendars[name]


def calendar_data(name: str, zone: str, document: Document) -> Data:
    """A calendar as `domain` reads it. `zone` is that of one that is always open."""
    if name == kinds.ALWAYS:
        return {"always_open": True, "zone": zone}
    data = document.calendars[name].model_dump(exclude={"business_day"}, mode="json")
    return {**data, "holidays": sorted(set(data["holidays"]))}


def _zone(name: str, document: Document) -> str:
    """Round the clock is shown in the zone of the house."""
    return house_zone(document) if name == kinds.ALWAYS else document.calendars[name].zone


def house_zone(document: Document) -> str:
    """That of the default policy's calendar; if that is round the clock, of the first calendar by name."""
    default = next((policy.calendar for policy in document.policies if policy.name == document.default_policy), "")
    named = default if default in document.calendars else min(document.calendars, default="")
    return document.calendars[named].zone if named else "UTC"
