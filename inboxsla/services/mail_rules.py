"""What the configuration in force says about mails to staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.config.document import plain_seconds
from inboxsla.services import in_force


@dataclass(frozen=True, slots=True)
class MailRules:
    """`merge_within` is nothing where reminders are never merged."""

    cap_per_hour: int
    merge_within: timedelta
    digest: bool


def of(conn: Connection, settings: Settings) -> MailRules:
    written = in_force.in_force(conn, settings).document.notifications
    return MailRules(written.cap_per_hour, timedelta(seconds=plain_seconds(written.merge_within)), written.digest)
