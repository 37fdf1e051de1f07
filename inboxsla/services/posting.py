"""Tell other systems of reminder steps: each act is posted at least once, or shelved with a reason that an admin sees.

Whoever posts waits for others' servers, so it never runs where mails and labels are made.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from inboxsla.config import Webhook
from inboxsla.domain.ticket_view import TicketView
from inboxsla.errors import Refused, TryLater
from inboxsla.notify import webhook
from inboxsla.notify.resolver import Resolver
from inboxsla.services import backoff, links, writing
from inboxsla.services.looking import Look
from inboxsla.services.owing import looks_at, still_wanted
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, outbox, posts, records
from inboxsla.storage.outbox import Owed

log = structlog.get_logger()

# Longer than a try can take; after it, whoever claimed the act is dead.
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
# How long something is worth being told, if nobody listens.
GIVEN_UP_AFTER = timedelta(days=1)
# Trouble that is over by then is nobody's business.
_TRIES_BEFORE_ALARM = 4
_STRANGERS_AT_ONCE = 500


@dataclass(slots=True)
class Listener:
    """One webhook while it is posted to. `failures` in a row are forgotten with the process, which costs a few tries."""

    name: str
    failures: int = 0
    resolver: Resolver = field(default_factory=Resolver)


@dataclass(frozen=True, slots=True)
class _Post:
    act: Owed
    hook: Webhook
    body: bytes
    headers: Mapping[str, str]


def post_next(ports: Ports, to: Listener, timeout: timedelta = webhook.TIMEOUT) -> bool:
    """Post what has waited longest for this webhook, if anything is due; whether there was anything."""
    with ports.db.read() as conn:
        if not posts.is_due(conn, to.name, ports.now()):
            return False
    with ports.db.write() as conn:
        if writing.is_stopped(conn):
            return False
        now = ports.now()
        act = posts.claim_next(conn, to.name, now, now + LEASE)
        if act is None:
            return False
        made = _made(conn, ports, act, now)
    if made is not None:
        _try(ports, to, made, timeout)
    return True


def _made(conn: Connection, ports: Ports, act: Owed, now: datetime) -> _Post | None:
    """What to post, as things stand now; None for what nobody needs to know any more."""
    if not mailboxes.get(conn, act.mailbox_id).is_live:
        outbox.finish(conn, [act.id], "dropped", now, "the mailbox is not live")
        return None
    seen = looks_at(conn, [act], now).get(act.ticket_id)
    if seen is None or not still_wanted(conn, act, seen, now):
        return None
    hook = ports.settings.webhooks[act.data["recipient"]]
    key = _idempotency_key(act, seen.mailbox.address)
    body = json.dumps(payload(ports, act, seen, key, now), ensure_ascii=False, separators=(",", ":")).encode()
    return _Post(act, hook, body, webhook.headers(hook.secret, body, key, now))


def payload(ports: Ports, act: Owed, seen: Look, key: str, now: datetime) -> dict[str, Any]:
    """What another system learns: no subject, no text, no customer. Instants are ISO 8601 in UTC."""
    view, metric = seen.view, act.data.get("metric")
    return {
        "version": 1,
        "id": key,
        "sent_at": now.isoformat(),
        "mailbox": view.mailbox,
        "ticket": {
            "id": view.id,
            "url": links.ticket_url(ports.settings, view.id),
            "status": view.status,
            "priority": view.priority,
            "urgency": view.urgency.value,
            "owner": view.owner,
        },
        "policy": {"name": view.policy_name, "version": view.policy_version},
        "step": {
            "metric": metric,
            "percent": act.data["percent"] if metric else None,
            "reopened": act.data.get("reopened"),
            "came_at": act.data["instant"],
            "due_at": _due_at(view, act),
        },
    }


def _due_at(view: TicketView, act: Owed) -> str | None:
    mine = (act.data.get("metric"), act.data["cycle"])
    due = next((c.reading.due_at for c in view.clocks if (c.reading.metric, c.reading.key) == mine), None)
    return due.isoformat() if due else None


def _idempotency_key(act: Owed, mailbox: str) -> str:
    """The same for the same act for ever, another for that of another database that counts its tickets from one as well."""
    return hashlib.sha256(f"{mailbox}/{act.key}/{act.data['instant']}".encode()).hexdigest()


def _try(ports: Ports, to: Listener, made: _Post, timeout: timedelta) -> None:
    act, hook = made.act, made.hook
    try:
        webhook.post(
            hook.url, made.body, made.headers, allow_private=hook.allow_private, resolver=to.resolver, timeout=timeout
        )
    except Refused as refused:
        with ports.db.write() as conn:
            outbox.finish_owed(conn, act.id, "dropped", ports.now(), str(refused))
            _say_shelved(conn, to.name, str(refused), ports.now())
        return
    except TryLater as later:
        to.failures += 1
        log.warning("webhook put off", webhook=to.name, act=act.id, failures=to.failures, reason=str(later))
        with ports.db.write() as conn:
            _put_off(conn, ports, to, act, later)
        return
    to.failures = 0
    with ports.db.write() as conn:
        outbox.finish_owed(conn, act.id, "done", ports.now(), f"posted to {to.name}")
        records.clear_alarm(conn, _failing(to.name))
    log.info("webhook posted", webhook=to.name, act=act.id)


def _put_off(conn: Connection, ports: Ports, to: Listener, act: Owed, later: TryLater) -> None:
    """The act waits longer each time; the others wait with it once it is the webhook that fails, and not this act alone."""
    now, tries = ports.now(), int(act.data.get("tries", 0)) + 1
    told = later.wait if later.told else timedelta()
    outbox.direct(conn, act.id, act.role, {**act.data, "tries": tries})
    outbox.hold(conn, act.id, now + max(told, _wait(tries, ports)), str(later))
    if to.failures > 1:
        posts.hold(conn, to.name, now + max(told, _wait(to.failures - 1, ports)))
    if max(tries, to.failures) < _TRIES_BEFORE_ALARM:
        return
    words = f"The webhook “{to.name}” fails: {later}. What it is owed is posted again by itself, for a day."
    records.alarm(conn, _failing(to.name), words, now)
    old = now - GIVEN_UP_AFTER
    given_up = 0
    if to.failures >= _TRIES_BEFORE_ALARM:
        given_up = posts.shelve(conn, to.name, old, now, str(later))
    elif outbox.owed_at(conn, act.id) <= old:
        outbox.finish_owed(conn, act.id, "dropped", now, str(later))
        given_up = 1
    if given_up:
        _say_shelved(conn, to.name, str(later), now, several=given_up > 1)


def give_up_strangers(ports: Ports) -> None:
    """What is owed to webhooks that are not set up any more; nobody else would ever look at it."""
    now = ports.now()
    with ports.db.read() as conn:
        acts = posts.strangers(conn, ports.settings.webhooks, now, _STRANGERS_AT_ONCE)
    if not acts:
        return
    why = "no webhook of this name is set up in config.toml"
    with ports.db.write() as conn:
        for act in acts:
            outbox.finish_owed(conn, act.id, "dropped", now, why)
        for name, count in Counter(str(act.data["recipient"]) for act in acts).items():
            _say_shelved(conn, name, why, now, several=count > 1)


def _wait(failures: int, ports: Ports) -> timedelta:
    return backoff.wait(failures, ports.dice, first=FIRST_WAIT, longest=LONGEST_WAIT)


def _failing(name: str) -> str:
    return f"webhook/{name}"


def _say_shelved(conn: Connection, name: str, why: str, now: datetime, *, several: bool = False) -> None:
    key = f"webhook-shelved/{name}"
    several = several or records.alarm_since(conn, key) is not None
    what = "Reminder steps were" if several else "A reminder step was"
    words = f"{what} not posted to the webhook “{name}” and will not be: {why}. docs/webhooks.md says what helps."
    records.alarm(conn, key, words, now)
