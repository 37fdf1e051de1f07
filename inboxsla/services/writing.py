"""The one switch that stops every label and every mail at once. Reading goes on, and what is owed waits."""

from __future__ import annotations

from sqlalchemy import Connection

from inboxsla.domain.speech import NBSP, Dated, English
from inboxsla.errors import Refused
from inboxsla.services import in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import records, switches
from inboxsla.storage.dissolving import NEVER_WENT_OUT, dissolve
from inboxsla.storage.switches import WRITING_STOPPED, Thrown


def is_stopped(conn: Connection) -> bool:
    """To be asked in the transaction that decides to write, so that nothing more goes out once the switch is thrown."""
    return switches.thrown(conn, WRITING_STOPPED) is not None


def stopped(ports: Ports) -> Thrown | None:
    """Since when and by whom; None while labels and mails go out."""
    with ports.db.read() as conn:
        return switches.thrown(conn, WRITING_STOPPED)


def stop(ports: Ports, actor: str) -> None:
    """From this instant on no label is written and no mail sent, in any mailbox. Raises Refused if that is so already."""
    now = ports.now()
    with ports.db.write() as conn:
        is_new = switches.throw(conn, WRITING_STOPPED, now, actor)
        if is_new:
            records.log(conn, actor, "labels and mail stopped", now)
    if not is_new:
        raise Refused(f"{said(ports) or 'Labels and mail were stopped'} already.")


def resume(ports: Ports, actor: str) -> None:
    """What is still owed goes out, as far as it is still needed. Raises Refused if nothing was stopped."""
    now = ports.now()
    with ports.db.write() as conn:
        thrown = switches.thrown(conn, WRITING_STOPPED)
        if thrown is None:
            raise Refused("Labels and mail are not stopped.")
        switches.put_back(conn, WRITING_STOPPED)
        # Mails say how things stood when they were composed; they are composed anew.
        dissolve(conn, *NEVER_WENT_OUT)
        records.log(conn, actor, "labels and mail resumed", now, {"since": thrown.at.isoformat(), "by": thrown.actor})


def said(ports: Ports) -> str:
    """That they are stopped, in a sentence without its full stop; empty while they are not."""
    thrown = stopped(ports)
    if thrown is None:
        return ""
    when = Dated(English(in_force.current(ports).zone)).moment(thrown.at, ports.now()).replace(NBSP, " ")
    return f"Labels and mail are stopped since {when}, by {thrown.actor}"
