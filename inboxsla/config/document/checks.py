"""Everything that can be wrong between the parts of a document: names that nothing has, names given twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from inboxsla.config.checks import Complaint
from inboxsla.config.document import kinds, label_checks, promises, rule_checks, staff
from inboxsla.config.document.model import Step
from inboxsla.config.document.parts import Parts, texts, unknown
from inboxsla.config.overlaps import overlaps
from inboxsla.config.places import Path as Key
from inboxsla.domain.courtesy import FIELDS, CustomerNotice, unknown_fields

_NAMED = {"policies": "name", "teams": "name", "people": "address", "mailboxes": "address"}


def complaints(seen: Parts, now: datetime) -> Iterator[Complaint]:
    """Complaints about what is each right in itself, each with the key it is best pointed at."""
    yield from _twice(seen)
    yield from _policy_names(seen)
    yield from _notice_texts(seen)
    for name, calendar in seen.calendars.items():
        if calendar is not None:
            yield from overlaps(calendar, ("calendars", name))
    yield from promises.complaints(seen, now)
    yield from _mailboxes(seen)
    yield from label_checks.complaints(seen)
    yield from _check_rules(seen)
    yield from _check_people(seen)


def _check_rules(seen: Parts) -> Iterator[Complaint]:
    yield from rule_checks.complaints(seen)
    for rule in seen.rules:
        then = rule.raw.get("then")
        policy = then.get("policy") if isinstance(then, Mapping) else None
        if isinstance(policy, str) and policy.strip() in seen.names("policies"):
            yield from _policy(policy.strip(), (*rule.key, "then", "policy"), seen)


def _check_people(seen: Parts) -> Iterator[Complaint]:
    yield from staff.complaints(seen)


def _twice(seen: Parts) -> Iterator[Complaint]:
    for section, called in _NAMED.items():
        known: set[str] = set()
        for part in getattr(seen, section):
            name = part.text(called)
            if name and name.casefold() in known:
                yield (*part.key, called), f"“{name}” is there twice. Give each its own {called}, or make them one."
            known.add(name.casefold())
    for section in ("tags", "hold_reasons"):
        written: set[str] = set()
        for key, text in texts(seen.tree.get(section), (section,)):
            if text.casefold() in written:
                yield key, f"“{text}” is there twice."
            written.add(text.casefold())


def _policy_names(seen: Parts) -> Iterator[Complaint]:
    """The default policy, and what policies name."""
    default = seen.tree.get("default_policy")
    if isinstance(default, str) and default.strip():
        yield from _policy(default.strip(), ("default_policy",), seen)
    for part in seen.policies:
        yield from _calendar(part.text("calendar"), (*part.key, "calendar"), seen)
        targets = part.value.targets.promised if part.value else {}
        for metric, target in targets.items():
            yield from _calendar(target.calendar or "", (*part.key, "targets", metric, "calendar"), seen)
        for nth, step in enumerate(part.value.steps if part.value else ()):
            for each, address in enumerate(step.notify):
                if address not in seen.names("people"):
                    yield (*part.key, "steps", nth, "notify", each), unknown(address, seen.names("people"), "people")
            yield from _named_by_step(step, (*part.key, "steps", nth), seen)


def _notice_texts(seen: Parts) -> Iterator[Complaint]:
    """Fields that nothing fills in. Refused with the policy itself, they would hide what else is wrong with it."""
    for part in seen.policies:
        notices = part.value.notices if part.value else None
        for notice in CustomerNotice:
            if strange := unknown_fields(notice, getattr(notices, f"{notice}_text", "")):
                known = ", ".join(f"{{{name}}}" for name in FIELDS[notice])
                words = f"nothing is known as {{{strange[0]}}} here. What is filled in: {known}."
                yield (*part.key, "notices", f"{notice}_text"), words


def _named_by_step(step: Step, key: Key, seen: Parts) -> Iterator[Complaint]:
    tags = seen.names("tags")
    for tag in step.add_tag:
        if tag not in tags:
            yield (*key, "add_tag"), unknown(tag, tags, "tags") + " Add it under tags."
    for name in step.webhook:
        if seen.known_webhooks is not None and name not in seen.known_webhooks:
            hint = f" Set it up in config.toml: [webhooks.{name}] with its url and secret."
            yield (*key, "webhook"), unknown(name, seen.known_webhooks, "webhooks") + hint


def _policy(name: str, key: Key, seen: Parts) -> Iterator[Complaint]:
    """Complains of a policy that is not there or is switched off."""
    if name not in seen.names("policies"):
        yield key, unknown(name, seen.names("policies"), "policies")
    elif seen.is_off(name):
        yield key, f"“{name}” is switched off (enabled = false). Switch it on, or name another policy here."


def _calendar(name: str, key: Key, seen: Parts) -> Iterator[Complaint]:
    if name and name != kinds.ALWAYS and name not in seen.calendars:
        hint = "" if seen.calendars else f" Write [calendars.{name}] with its hours, or “{kinds.ALWAYS}”."
        yield key, unknown(name, list(seen.calendars), "calendars") + hint


def _mailboxes(seen: Parts) -> Iterator[Complaint]:
    for box in seen.mailboxes:
        address = box.text("address").lower()
        if seen.known_mailboxes is not None and address and address not in seen.known_mailboxes:
            yield (*box.key, "address"), unknown(address, seen.known_mailboxes, "mailboxes known here")
        if policy := box.text("policy"):
            yield from _policy(policy, (*box.key, "policy"), seen)
        if (team := box.text("team")) and team not in seen.names("teams"):
            yield (*box.key, "team"), unknown(team, seen.names("teams"), "teams")
