"""What should have happened to tickets by now, what was kept aside, and alarms that are about something else than the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from inboxsla.config.program import typed
from inboxsla.services import access, dead_hours
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, counted, fine
from inboxsla.services.ports import Ports
from inboxsla.services.queries import ALARM_SHOWN
from inboxsla.storage import backlog, mailboxes
from inboxsla.storage.backlog import Alarm

# The ticker looks every second and rings again after half a minute.
_LATE = timedelta(minutes=2)
_DONE_WITHIN = timedelta(minutes=10)
# Raised by one thing that went wrong by a fault of ours, while the rest went on; raised again if it goes wrong again.
_SET_APART = ("settle/", "notice/", "mail/", "label/", "rollout/", "command/")
_TOLD_OTHERWISE = (access.alarm_key(0)[:-1], "hours/", "send/")


def found(ports: Ports) -> Iterator[Finding]:
    now = ports.now()
    with ports.db.read() as conn:
        boxes = {box.id: box for box in mailboxes.every(conn)}
        unwoken = backlog.unwoken(conn, now - _LATE)
        commands, apart = backlog.commands_waiting(conn, now - _DONE_WITHIN), backlog.kept_apart(conn)
        never_due = dead_hours.without_hours(conn, ports, now).values()
        alarms = backlog.alarms_since(conn, now - ALARM_SHOWN)
    yield woken(*unwoken)
    for heap in commands:
        address = boxes[heap.mailbox_id].address
        asked = (
            "1 thing people asked for by a label is"
            if heap.count == 1
            else f"{heap.count} things people asked for by labels are"
        )
        yield attention(
            "tickets.commands",
            f"{asked} not done yet in {address}.",
            f"They are done with the next sync. `{typed('doctor --fix')}` rings for it.",
            since=heap.at,
            mailbox=address,
            remedy=Remedy(Do.RING, (heap.mailbox_id,), "sync"),
        )
    for heap in apart:
        box = boxes[heap.mailbox_id]
        if box.kind == "gmail" and box.retired_at is None:
            yield kept_aside(box.address, heap.count, heap.at, now)
    for words in dict.fromkeys(never_due):
        yield attention("tickets.hours", words)
    yield from _alarms(alarms, {key: box.address for key, box in boxes.items()})


def woken(count: int, oldest: datetime | None, ids: list[int]) -> Finding:
    if not count:
        return fine("tickets.wake", "No ticket waits to be looked at.")
    return attention(
        "tickets.wake",
        "1 ticket should have been looked at by now, and its labels and reminders wait for that."
        if count == 1
        else f"{count:,} tickets should have been looked at by now, and their labels and reminders wait for that.",
        f"See that a ticker and workers run. `{typed('doctor --fix')}` rings for them.",
        since=oldest,
        remedy=Remedy(Do.RING, tuple(ids), "settle"),
    )


def kept_aside(address: str, count: int, newest: datetime | None, now: datetime) -> Finding:
    """News for a day; after that a fact."""
    what = counted(count, "message or conversation", "messages or conversations")
    words = f"{what} of {address} could not be read and {'is' if count == 1 else 'are'} kept aside."
    cure = "The page “Kept aside” says which and why; read them in Gmail."
    if newest is None or now - newest > ALARM_SHOWN:
        return fine("tickets.kept_aside", f"{words} {cure}", address)
    return attention("tickets.kept_aside", words, f"{cure} This goes away after a day.", since=newest, mailbox=address)


def _alarms(alarms: list[Alarm], addresses: dict[int, str]) -> Iterator[Finding]:
    shown = set()
    for alarm in alarms:
        if alarm.key.startswith(_TOLD_OTHERWISE) or alarm.words in shown:
            continue
        shown.add(alarm.words)
        ours = alarm.key.startswith(_SET_APART)
        yield attention(
            "alarms.open",
            alarm.words,
            f"It is tried again by itself. `{typed('doctor --fix')}` takes the alarm off until it fails again."
            if ours
            else "",
            since=alarm.raised_at,
            mailbox=addresses.get(alarm.mailbox_id or 0, ""),
            remedy=Remedy(Do.CLEAR_ALARM, name=alarm.key) if ours else None,
        )
