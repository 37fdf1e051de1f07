"""Fetch Gmail's notices from Pub/Sub: ring once for each mailbox they are about, and only then tell Pub/Sub that they came."""

from __future__ import annotations

from datetime import timedelta

import structlog

from inboxsla.errors import InboxSLAError, Refused
from inboxsla.gmail.pubsub import Subscription
from inboxsla.services import noticing
from inboxsla.services.noticing import Notice
from inboxsla.services.ports import Ports
from inboxsla.storage import records

log = structlog.get_logger()

ALARM = "pull/"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=2)
# Trouble that is over by then is nobody's business: polling went on.
_TRIES_BEFORE_ALARM = 4


def pull(ports: Ports, subscription: Subscription) -> int:
    """How many notices came. What cannot be passed on is not acknowledged, and comes again. Raises TryLater and Refused."""
    pulled = subscription.pull()
    newest: dict[str, Notice] = {}
    for notice in (noticing.notice_in(each.data) for each in pulled):
        if notice is None:
            noticing.hear(ports, None)
        elif notice.address not in newest or newest[notice.address].history_id < notice.history_id:
            newest[notice.address] = notice
    for notice in newest.values():
        noticing.hear(ports, notice)
    subscription.acknowledge([each.ack_id for each in pulled])
    return len(pulled)


def works(ports: Ports) -> None:
    """Pulling succeeded, after it failed or for the first time."""
    with ports.db.write() as conn:
        records.clear_alarms(conn, ALARM)


def failed(ports: Ports, failures: int, error: InboxSLAError) -> timedelta:
    """Pulling failed for the nth time in a row: when to try again. While the alarm is up, every mailbox is polled as if there were no push."""
    log.warning("notices not pulled", failures=failures, reason=str(error))
    if isinstance(error, Refused) or failures >= _TRIES_BEFORE_ALARM:
        words = (
            f"Notices of new mail cannot be fetched: {str(error).rstrip('.')}. Every mailbox is polled meanwhile, and fetching "
            "is tried again by itself. docs/pushing.md says what each of Google's answers means."
        )
        with ports.db.write() as conn:
            records.alarm(conn, ALARM, words, ports.now())
    return min(_FIRST_WAIT * (1 << min(failures - 1, 10)), _LONGEST_WAIT)
