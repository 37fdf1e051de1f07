"""What each ring leads to: one use case for each key, and a ring for what follows from it. Losing a ring loses seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import structlog

from inboxsla.errors import TryLater
from inboxsla.services import assign as assigning
from inboxsla.services import deliver as delivering
from inboxsla.services import digests, watching
from inboxsla.services import rollout as rolling
from inboxsla.services import settle as settling
from inboxsla.services import sync as syncing
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import retention
from inboxsla.storage import tickets

log = structlog.get_logger()


def sync(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    """Read what is new in each mailbox, then hand out and deliver what follows.

    Any news may have made room for tickets that wait: somebody's were answered or solved.
    """
    for mailbox_id in mailbox_ids:
        told = partial(deliver_soon, ports, [mailbox_id])
        done = syncing.sync(ports, mailbox_id, told)
        if done.threads or done.obeyed:
            handed_out = assigning.drain(ports, mailbox_id)
            if handed_out or done.obeyed or done.threads > done.told:
                told()
        if done.more:
            follow(ports, "sync", [mailbox_id])


def settle(ports: Ports, ticket_ids: Sequence[int]) -> None:
    """Settle a batch of tickets that time alone has changed."""
    decisions = settling.wake(ports, ticket_ids)
    with ports.db.read() as conn:
        mailbox_ids = tickets.mailboxes_of(conn, ticket_ids)
    if any(decision.wants_owner or decision.facts.status.is_over for decision in decisions):
        follow(ports, "assign", mailbox_ids)
    deliver_soon(ports, mailbox_ids)


def assign(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    for mailbox_id in mailbox_ids:
        assigning.drain(ports, mailbox_id)


def deliver(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    for mailbox_id in mailbox_ids:
        if delivering.deliver(ports, mailbox_id).more:
            follow(ports, "deliver", [mailbox_id])


def digest(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    """Tell the mornings that have come for people of each mailbox."""
    for mailbox_id in mailbox_ids:
        if digests.compose(ports, mailbox_id):
            follow(ports, "deliver", [mailbox_id])


def roll_out(ports: Ports, configuration_ids: Sequence[int]) -> None:
    """Bring open tickets in line with what was saved last, a batch at a time."""
    if rolling.roll_out(ports):
        follow(ports, "roll_out", configuration_ids)


def watch(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    for mailbox_id in mailbox_ids:
        watching.watch(ports, mailbox_id)


def erase(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    """Erase text that is too old, a batch at a time."""
    for mailbox_id in mailbox_ids:
        if retention.erase(ports, mailbox_id):
            follow(ports, "erase", [mailbox_id])


RUNS: dict[str, Callable[[Ports, Sequence[int]], None]] = {
    "sync": sync,
    "settle": settle,
    "assign": assign,
    "deliver": deliver,
    "digest": digest,
    "roll_out": roll_out,
    "watch": watch,
    "erase": erase,
}


def deliver_soon(ports: Ports, mailbox_ids: Sequence[int]) -> None:
    """Ring for those of these mailboxes in which something is owed; a ring for nothing costs as much as one mail."""
    try:
        with ports.db.read() as conn:
            owing = delivering.owing(conn, ports.now())
    except TryLater as away:
        log.warning("the ticker will find what is owed", reason=str(away))
        return
    follow(ports, "deliver", [mailbox_id for mailbox_id in mailbox_ids if mailbox_id in owing])


def follow(ports: Ports, job: str, keys: Sequence[int]) -> None:
    """Ring for what comes next. The ticker finds it a moment later if nobody can be rung."""
    for key in keys:
        try:
            ports.bell.ring(job, [key])
        except TryLater as away:
            log.warning("nobody to ring", job=job, reason=str(away))
            return
