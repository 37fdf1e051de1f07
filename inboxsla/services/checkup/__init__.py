"""What `inboxsla doctor` looks at: every part InboxSLA stands on, one check after another, each for itself.

Checks gather what they need, and judge it in functions of plain values beside it. One that cannot be carried out says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog

from inboxsla.config.program import typed
from inboxsla.domain.speech import Dated, English, Speech
from inboxsla.errors import ConfigMistakes, InboxSLAError
from inboxsla.gmail.server_clock import server_time
from inboxsla.services import in_force
from inboxsla.services.checkup import alarms, clocks, google, mail, mailboxes, processes, tickets
from inboxsla.services.checkup.finding import Do, Finding, Remedy, State, attention, fine, unknown
from inboxsla.services.checkup.processes import Surroundings
from inboxsla.services.ports import Ports
from inboxsla.storage import backlog, migrations
from inboxsla.storage import mailboxes as boxes

__all__ = ["Do", "Finding", "Remedy", "State", "Surroundings", "found", "zone"]

log = structlog.get_logger()


def found(ports: Ports, around: Surroundings | None = None) -> tuple[Finding, ...]:
    """Everything there is to say, in the order in which a person would look. `around`: what was seen of the processes, if
    anybody looked. Raises nothing that one check alone is to blame for.
    """
    database = tuple(_carried_out("database", lambda: _database(ports)))
    if not all(finding.ok for finding in database):
        rest = unknown("database.rest", "Mailboxes, mail and tickets could not be looked at without the database.")
        return (*database, rest, *_processes(ports, around, mailboxes_read=1))
    says = Dated(English(zone(ports)))
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("config", lambda: _configuration(ports)),
        ("processes", lambda: _processes(ports, around)),
        ("clock", lambda: _clocks(ports, says)),
        ("mailboxes", lambda: mailboxes.found(ports, says)),
        ("google", lambda: google.found(ports, says)),
        ("mail", lambda: mail.found(ports, says)),
        ("tickets", lambda: tickets.found(ports)),
        ("alarms", lambda: alarms.found(ports, says)),
    )
    return (*database, *(finding for area, check in checks for finding in _carried_out(area, check)))


def _carried_out(area: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except InboxSLAError as error:
        yield unknown(f"{area}.check", f"This could not be looked at to its end: {error}")
    except Exception as error:
        log.exception("a check of the doctor failed", area=area)
        yield unknown(
            f"{area}.check",
            f"This could not be looked at to its end because of a fault in InboxSLA ({type(error).__name__}); see above.",
        )


def zone(ports: Ports) -> str:
    """The zone of the house; where the configuration or the database cannot be read, that of the settings."""
    try:
        return in_force.zone(ports)
    except (InboxSLAError, ValueError):
        return ports.settings.calendar.zone


def _database(ports: Ports) -> Iterator[Finding]:
    try:
        ports.db.ping()
    except InboxSLAError as error:
        yield attention(
            "database.answers",
            f"{str(error).rstrip('.')}. Pages answer 503 and nothing is done until it is back; nothing is lost or half written.",
            "Start the database again, or correct database_url.",
        )
        return
    current, needed = migrations.current(ports.db.url), migrations.head()
    if current != needed:
        yield attention(
            "database.version",
            f"The database is at step {current or 'none'}, and this version needs {needed}.",
            f"`{typed('migrate')}` brings it up to date.",
        )
        return
    yield fine("database.answers", f"The database answers ({ports.db.place}).")


def _configuration(ports: Ports) -> Iterator[Finding]:
    file = ports.settings.config_file
    where = f"Settings are those of {file.name}" if file else "There is no config.toml; this is set up as the demo is"
    yield fine("config.settings", f"{where}; variables named INBOXSLA_… win.")
    try:
        yield fine("config.in_force", in_force.said(ports))
    except (ConfigMistakes, ValueError) as error:
        log.exception("the saved configuration cannot be read")
        yield attention(
            "config.in_force",
            f"The configuration that was saved last cannot be read ({type(error).__name__}; see above). Nothing goes on.",
            f"Put one in force that can: `{typed('config import')} FILE`; or update InboxSLA, if a newer one wrote it.",
        )


def _processes(ports: Ports, around: Surroundings | None, mailboxes_read: int | None = None) -> Iterator[Finding]:
    if around is None:
        return
    if mailboxes_read is None:
        with ports.db.read() as conn:
            mailboxes_read = len(boxes.connected(conn))
    yield from processes.judged(around, mailboxes_read, ports.now())


def _clocks(ports: Ports, say: Speech) -> Iterator[Finding]:
    if google.asked_about(ports):
        root = ports.settings.google.api_root
        yield from clocks.compared("clock.google", "Google's", lambda: server_time(root), ports.now, say)
    before = ports.now()
    with ports.db.read() as conn:
        theirs = backlog.server_time(conn)
    if theirs is not None:
        yield clocks.judged("clock.database", "the database server's", theirs, before, ports.now(), say)
