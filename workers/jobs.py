"""What a ring makes a worker do. A line or two each: the work itself is a service."""

from __future__ import annotations

from collections.abc import Sequence

from inboxsla.services import runs
from workers.process import ports, turn


def sync(mailbox_ids: Sequence[int]) -> None:
    with turn("sync", mailbox_ids) as (its_ports, mine):
        runs.sync(its_ports, mine)


def settle(ticket_ids: Sequence[int]) -> None:
    runs.settle(ports("settle", ticket_ids), ticket_ids)


def assign(mailbox_ids: Sequence[int]) -> None:
    runs.assign(ports("assign", mailbox_ids), mailbox_ids)


def deliver(mailbox_ids: Sequence[int]) -> None:
    with turn("deliver", mailbox_ids) as (its_ports, mine):
        runs.deliver(its_ports, mine)


def digest(mailbox_ids: Sequence[int]) -> None:
    runs.digest(ports("digest", mailbox_ids), mailbox_ids)


def roll_out(configuration_ids: Sequence[int]) -> None:
    runs.roll_out(ports("roll_out", configuration_ids), configuration_ids)


def watch(mailbox_ids: Sequence[int]) -> None:
    runs.watch(ports("watch", mailbox_ids), mailbox_ids)


def erase(mailbox_ids: Sequence[int]) -> None:
    runs.erase(ports("erase", mailbox_ids), mailbox_ids)
