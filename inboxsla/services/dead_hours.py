"""Calendars that have run out of opening hours: named before anybody wonders why nothing falls due any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config.program import typed
from inboxsla.domain.ticket_view import METRIC_WORDS
from inboxsla.domain.timeline import Metric
from inboxsla.services.in_force import InForce, in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, policies, records, tickets
from inboxsla.storage.policies import PolicyVersion

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
    force = in_force(conn, ports.settings)
    newest = policies.newest_versions(conn, list(force.policies)).values()
    open_ones = tickets.policies_in_use(conn, mailboxes.connected(conn))
    found = {}
    for policy_id in sorted({*(policy_id for policy_id, _ in newest), *open_ones}):
        version = policies.get(conn, policy_id)
        never = version.policy.never_due(now)
        if never:
            promises = ", ".join(f"{METRIC_WORDS[one].lower()} in {_calendar(one, version, force)}" for one in never)
            found[policy_id] = (
                f"The policy “{version.name}”, version {version.version}, promises what never falls due, because not enough opening"
                f" hours lie ahead: {promises}. Nobody is reminded of it. Write the configuration to a file with"
                f" `{typed('config export')}`, open the calendar for longer, and put it in force with"
                f" `{typed('config import FILE --open-too')}`."
            )
    return found


def _calendar(metric: Metric, version: PolicyVersion, force: InForce) -> str:
    """What the calendar of a promise is called; a policy keeps the name of its own alone, so others are asked for."""
    if metric not in version.policy.calendars:
        return f"calendar “{version.policy.calendar_name}”"
    written = (getattr(each.targets, metric) for each in force.document.policies if each.name == version.name)
    own = next((target.calendar for target in written if target), None)
    return f"calendar “{own}”" if own else "a calendar of its own"
