"""Calendars that have run out of opening hours: named before anybody wonders why nothing falls due any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config.program import typed
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, policies, records, tickets

_ALARM = "hours/"


def look_ahead(ports: Ports) -> None:
    """Raise an alarm for each policy in use with promises that cannot fall due; take back those that can again."""
    now = ports.now()
    with ports.db.write() as conn:
        found = without_hours(conn, ports, now)
        for policy_id, words in found.items():
            records.alarm(conn, f"{_ALARM}{policy_id}", words, now)
        records.keep_alarms(conn, _ALARM, [f"{_ALARM}{policy_id}" for policy_id in found])


def without_hours(conn: Connection, ports: Ports, now: datetime) -> dict[int, str]:
    """Policy id → what is wrong and what to do, for the versions that new tickets get and that open ones are under."""
    newest = policies.newest_versions(conn, list(in_force(conn, ports.settings).policies)).values()
    open_ones = tickets.policies_in_use(conn, mailboxes.connected(conn))
    found = {}
    for policy_id in sorted({*(policy_id for policy_id, _ in newest), *open_ones}):
        version = policies.get(conn, policy_id)
        never = version.policy.never_due(now)
        if never:
            promises = ", ".join(METRIC_WORDS[metric].lower() for metric in never)
            found[policy_id] = (
                f"The policy “{version.name}”, version {version.version}, promises what never falls due ({promises}): its calendar"
                f" “{version.policy.calendar_name}” has not enough opening hours ahead. Until then nobody is reminded of it. Write"
                f" the configuration to a file with `{typed('config export')}`, open the calendar for longer, and put it in force"
                f" with `{typed('config import FILE --open-too')}`."
            )
    return found
