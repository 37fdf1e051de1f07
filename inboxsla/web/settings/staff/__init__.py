"""People and teams: who works here, when, on what; and who gets the next ticket."""

from __future__ import annotations

from inboxsla.web.settings.staff import leaving, pages
from inboxsla.web.settings.staff.room import bp

__all__ = ["bp", "leaving", "pages"]
