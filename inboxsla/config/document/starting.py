"""The document a fresh installation starts from: what config.toml says about policy, calendar, people and assignment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from inboxsla.config.document import kinds
from inboxsla.config.document.lengths import written
from inboxsla.config.document.model import HOLD_REASONS
from inboxsla.config.fields import WEEKDAYS, Periods
from inboxsla.config.ladder import LadderStep
from inboxsla.config.settings import Calendar, Labels, Notify, Person, Settings

OFFICE = "office"
_STRATEGIES = {"manual": "nobody"}


def of_settings(settings: Settings) -> dict[str, Any]:
    """One policy, its calendar, all people, and for each different people list a default team."""
    teams, default_teams = _teams(settings)
    tags = list(dict.fromkeys(tag for step in settings.policy.ladder for tag in step.add_tag))
    return {
        "default_policy": settings.policy.name,
        "hold_reasons": list(HOLD_REASONS),
        **({"tags": tags} if tags else {}),
        "calendars": {OFFICE: _calendar(settings.calendar)},
        "policies": [_policy(settings)],
        **({"people": [_person(person, settings) for person in settings.people]} if settings.people else {}),
        **({"teams": teams} if teams else {}),
        **(
            {"mailboxes": [_mailbox(box.address, default_teams.get(box.address)) for box in settings.mailboxes]}
            if settings.mailboxes
            else {}
        ),
        **({"notifications": told} if (told := _notifications(settings)) else {}),
    }


def _notifications(settings: Settings) -> dict[str, Any]:
    """What differs from the usual."""
    usual, chosen = Notify(), settings.notify
    lengths = {
        name: kinds.NEVER if length is None else written(length, None)
        for name in ("merge_within", "skip_early_under")
        if (length := getattr(chosen, name)) != getattr(usual, name)
    }
    plain = {name: getattr(chosen, name) for name in ("cap_per_hour", "digest")}
    return lengths | {name: value for name, value in plain.items() if value != getattr(usual, name)}


def _policy(settings: Settings) -> dict[str, Any]:
    policy, day = settings.policy, settings.calendar.business_day
    return {
        "name": policy.name,
        "calendar": OFFICE,
        "targets": {
            metric: written(getattr(policy, metric), day)
            for metric in ("first_response", "next_response", "resolution")
        },
        "steps": [_step(step, day) for step in policy.ladder],
        "pauses": {status: list(metrics) for status, metrics in policy.pauses.items()},
        "medium_at": policy.medium_at,
        "urgent_at": policy.urgent_at,
        "reply_sets_waiting": policy.reply_sets_waiting,
        "archiving_solves": policy.archiving_solves,
        "reopening": policy.reopening,
    }


def _step(step: LadderStep, day: timedelta) -> dict[str, Any]:
    return {
        **({"at": step.at} if step.at is not None else {}),
        **({"every": written(step.every, day)} if step.every is not None else {}),
        "do": list(step.do),
        **({"add_tag": list(step.add_tag)} if step.add_tag else {}),
        **({"webhook": list(step.webhook)} if step.webhook else {}),
    }


def _calendar(calendar: Calendar) -> dict[str, Any]:
    always = all(calendar.hours.get(day) == (("00:00", "24:00"),) for day in WEEKDAYS)
    return {
        "zone": calendar.zone,
        "hours": kinds.ALWAYS if always else {day: _said(periods) for day, periods in calendar.hours.items()},
        "business_day": written(calendar.business_day, None),
        **({"holidays": [day.isoformat() for day in calendar.holidays]} if calendar.holidays else {}),
        **(
            {"special_days": {day: _said(periods) for day, periods in calendar.special_days.items()}}
            if calendar.special_days
            else {}
        ),
    }


def _said(periods: Periods) -> str:
    return ", ".join(f"{begins}–{ends}" for begins, ends in periods) or "closed"


def _person(person: Person, settings: Settings) -> dict[str, Any]:
    return {
        "address": person.address,
        "name": person.name,
        "role": person.role,
        **({"zone": person.zone} if person.zone else {}),
        **({"mailboxes": list(person.mailboxes)} if person.mailboxes else {}),
    }


def _teams(settings: Settings) -> tuple[list[dict[str, Any]], Mapping[str, str]]:
    """The default teams, and which mailbox has which. Mailboxes with the same people share one."""
    lists: dict[tuple[Person, ...], list[str]] = {}
    for box in settings.mailboxes:
        lists.setdefault(settings.staff_of(box.address), []).append(box.address)
    teams: list[dict[str, Any]] = []
    of: dict[str, str] = {}
    for staff, boxes in lists.items():
        leads = [person.address for person in staff if person.role == "lead"]
        members = [person.address for person in staff if person.role == "agent"] or leads
        if not members:
            continue
        name = "Support" if len(lists) == 1 else boxes[0][: kinds.WORD_LIMIT]
        strategy = settings.assignment.strategy
        teams.append(
            {
                "name": name,
                **({"lead": leads[0]} if leads else {}),
                "members": members,
                "strategy": _STRATEGIES.get(strategy, strategy),
            }
        )
        of |= dict.fromkeys(boxes, name)
    return teams, of


def _mailbox(address: str, team: str | None) -> dict[str, Any]:
    return {"address": address, **({"team": team} if team else {})}


def beginnings(settings: Settings) -> dict[str, Any]:
    """What config.toml says of labels, and of the addresses of mailboxes, as plain data: it counts where a document is silent."""
    said = [
        {"address": box.address, "aliases": list(box.aliases), "own_lists": list(_list_ids(box.own_lists))}
        for box in settings.mailboxes
        if box.aliases or box.own_lists
    ]
    labels = {} if settings.labels == Labels() else {"labels": settings.labels.model_dump()}
    return {**labels, **({"mailboxes": said} if said else {})}


def filled_up(body: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document as plain data with what `beginnings` gave (`said`) where it is silent on that."""
    if not said:
        return body
    boxes = {box["address"]: box for box in said.get("mailboxes", ())}
    rows = [{**boxes.pop(_address(row), {}), **row} for row in body.get("mailboxes", ()) if isinstance(row, Mapping)]
    rows += boxes.values()
    labels = {"labels": said["labels"]} if "labels" in said else {}
    return {**labels, **body, **({"mailboxes": rows} if rows else {})}


def _list_ids(written: Iterable[str]) -> Iterator[str]:
    """Those that can be one; no mail ever had the others."""
    for each in written:
        with suppress(ValueError):
            yield kinds.list_id(each)


def _address(row: Mapping[str, Any]) -> str:
    return str(row.get("address", "")).strip().lower()
