"""Figures about single persons are shown only while somebody's approval of them is on record."""

from __future__ import annotations

from datetime import date
from typing import Any

from inboxsla.config import fields
from inboxsla.errors import Refused
from inboxsla.services.ports import Ports
from inboxsla.storage import approvals, records
from inboxsla.storage.approvals import Approval

WHAT = "figures about single persons"


class NotRecorded(Refused):
    """What was written about an approval cannot be kept: (field, what is wrong) of each."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(" ".join(wrong.values()))
        self.wrong = wrong


def person_figures_approved(ports: Ports) -> bool:
    """Whether figures that tell one person of the staff from another may be shown: whoever shows such figures asks here."""
    return approval(ports) is not None


def approval(ports: Ports) -> Approval | None:
    """The approval in force."""
    with ports.db.read() as conn:
        return approvals.in_force(conn)


def approve(ports: Ports, approved_by: str, role: str, on: str, actor: str) -> None:
    """Write down who approved, in which role (“works council”), on which day (ISO). Raises NotRecorded."""
    now = ports.now()
    wrong: dict[str, str] = {}
    for name, text in (("approved_by", approved_by), ("role", role)):
        try:
            fields.name(text)
        except ValueError:
            wrong[name] = {
                "approved_by": "Say who approved it, by name, on one line.",
                "role": "Say as what they approved it, for example works council.",
            }[name]
    try:
        day = date.fromisoformat(on.strip())
    except ValueError:
        day = None
        wrong["approved_on"] = "Say on which day, for example 2026-11-24."
    if day is not None and day > now.date():
        wrong["approved_on"] = "That day is still to come. Write down an approval once it was given."
    if wrong or day is None:
        raise NotRecorded(wrong)
    with ports.db.write() as conn:
        before = approvals.in_force(conn)
        approvals.revoke(conn, actor, now)
        approvals.record(conn, approved_by.strip(), role.strip(), day, actor, now)
        after = {"approved by": approved_by.strip(), "as": role.strip(), "on": day.isoformat()}
        records.log(conn, actor, f"{WHAT} approved", now, _told(before), after)


def revoke(ports: Ports, actor: str) -> bool:
    """From now on such figures are off; False if they were."""
    with ports.db.write() as conn:
        before = approvals.in_force(conn)
        if before is None:
            return False
        approvals.revoke(conn, actor, ports.now())
        records.log(conn, actor, f"{WHAT} revoked", ports.now(), _told(before), None)
    return True


def _told(one: Approval | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"approved by": one.approved_by, "as": one.role, "on": one.approved_on.isoformat()}
