"""What `doctor --fix` does: only what may be done at any time, and twice. Nothing here sends a mail by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import structlog

from inboxsla.errors import InboxSLAError, Refused, TryLater
from inboxsla.queue.looking import JobQueue
from inboxsla.services import access, alarm_places, our_labels, settle, watching, writing
from inboxsla.services.checkup.finding import Do, Finding, Remedy, counted
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, records, watches
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()
_WORDS = {
    Do.RING: "Ringing for what waits",
    Do.CLEAR_DEAD_JOBS: "Forgetting dead jobs",
    Do.LABELS: "Putting labels in order",
    Do.WATCH: "Asking Gmail to tell us about new mail",
    Do.ACCESS: "Letting a mailbox go on",
    Do.CLEAR_ALARM: "Taking an alarm off",
    Do.REBUILD: "Working out tickets anew",
}
_LETS_GO_ON = "A worker does it in the next seconds."


def fix(ports: Ports, queue: JobQueue | None, findings: Iterable[Finding]) -> Iterator[tuple[bool, str]]:
    """Do what is safe about each finding; whether it was done, and a sentence about it. One that fails leaves the others alone."""
    does = _does(ports, queue)
    for remedy in dict.fromkeys(finding.remedy for finding in findings if finding.remedy is not None):
        try:
            yield True, does[remedy.do](remedy)
        except InboxSLAError as error:
            yield False, str(error)
        except Exception as error:
            log.exception("doctor could not fix", what=remedy.do.value)
            yield (
                False,
                f"{_WORDS[remedy.do]} failed because of a fault in InboxSLA ({type(error).__name__}); the log says where.",
            )


def _does(ports: Ports, queue: JobQueue | None) -> dict[Do, Callable[[Remedy], str]]:
    return {
        Do.RING: lambda remedy: _ring(ports, remedy),
        Do.CLEAR_DEAD_JOBS: lambda remedy: _clear_dead(ports, queue),
        Do.LABELS: lambda remedy: _labels(ports, _box(ports, remedy)),
        Do.WATCH: lambda remedy: _watch(ports, _box(ports, remedy)),
        Do.ACCESS: lambda remedy: _access(ports, _box(ports, remedy)),
        Do.CLEAR_ALARM: lambda remedy: _clear_alarm(ports, remedy.name),
        Do.REBUILD: lambda remedy: _rebuild(ports, remedy.keys),
    }


def _box(ports: Ports, remedy: Remedy) -> MailboxRow:
    with ports.db.read() as conn:
        return mailboxes.get(conn, remedy.keys[0])


def _ring(ports: Ports, remedy: Remedy) -> str:
    what = _rung_for(ports, remedy)
    try:
        ports.bell.ring(remedy.job, remedy.keys)
    except TryLater as away:
        raise TryLater(f"Nobody could be rung for {what}: {away} The ticker does it once it runs.") from away
    return f"Rang for {what}. {_LETS_GO_ON}"


def _rung_for(ports: Ports, remedy: Remedy) -> str:
    if remedy.job == "settle":
        return counted(len(remedy.keys), "ticket")
    does = {"sync": "reading", "deliver": "what is owed in"}.get(remedy.job, remedy.job)
    return f"{does} {_box(ports, remedy).address}"


def _clear_dead(ports: Ports, queue: JobQueue | None) -> str:
    """What they were to do is in the database, where the ticker finds it again; their like is not needed for that."""
    if queue is None:
        raise TryLater("Dead jobs cannot be cleared: Redis cannot be reached.")
    dead = queue.look(ports.now()).dead
    queue.clear([each.id for each in dead])
    return f"Forgot {counted(len(dead), 'dead job')}. The ticker rings for whatever of it is still to be done."


def _labels(ports: Ports, box: MailboxRow) -> str:
    if not box.is_live or writing.stopped(ports) is not None:
        raise Refused(f"The labels of {box.address} were left alone: nothing is written to Gmail there now.")
    key = our_labels.alarm_key(box.id)
    with ports.db.write() as conn:
        # Whose label is refused still, is said anew.
        records.clear_alarms(conn, f"{key}/")
    our_labels.ids_of(ports, ports.mailbox(box.address), box, anew=True)
    with ports.db.write() as conn:
        records.clear_alarm(conn, key)
    return f"Made, recognised or merged the labels of {box.address}; threads that lost one get it back."


def _watch(ports: Ports, box: MailboxRow) -> str:
    """Watching only tells us of news; it writes nothing into the mailbox, so it serves observed ones too."""
    watching.watch(ports, box.id)
    with ports.db.read() as conn:
        row = watches.get(conn, box.id)
    if row is None or not row.tells(watching.topic_of(ports.settings), ports.now()) or row.failures:
        raise TryLater(f"Gmail was asked to tell us about new mail in {box.address} and did not agree.")
    return f"Gmail tells us about new mail in {box.address} again."


def _access(ports: Ports, box: MailboxRow) -> str:
    with ports.db.write() as conn:
        access.regained(conn, box.id)
        watches.look_again(conn, box.id, ports.now())
        records.log(conn, "the doctor", f"mailbox {box.address} goes on: Google lets us in again", ports.now())
    return f"{box.address} goes on where it stopped."


def _clear_alarm(ports: Ports, key: str) -> str:
    """What was set apart is owed still, and comes again with the next ring; a ticket that could not be settled gets one."""
    kind, _, about = key.partition("/")
    with ports.db.write() as conn:
        records.clear_alarm(conn, key)
    if kind == "settle" and about.isdecimal():
        settle.wake(ports, [int(about)])
    return f"Took an alarm off: {alarm_places.called(key)}. It comes back if its cause is still there."


def _rebuild(ports: Ports, ticket_ids: tuple[int, ...]) -> str:
    for ticket_id in ticket_ids:
        settle.settle(ports, ticket_id)
    return (
        f"Worked out {counted(len(ticket_ids), 'ticket')} anew from what happened ({', '.join(map(str, ticket_ids))})."
    )
