"""Everything kept about one address as plain data: what a person gets who asks for their data. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from inboxsla.services.privacy.knowing import Kept, Known
from inboxsla.storage.persons import Membership
from inboxsla.storage.tickets import TicketRow


def everything(known: Known) -> dict[str, Any]:
    """Instants are ISO 8601 in UTC. What was erased is empty."""
    customer, staff = known.customer, known.staff
    return {
        "address": known.address,
        "forgotten_at": _said(known.forgotten_at),
        "as_customer": {
            "names": list(customer.names),
            "tickets": [_ticket(row) for row in customer.tickets],
            "messages": [_message(one) for one in customer.messages],
            "messages_of_others_that_name_them": customer.mentions,
            "notes_about_their_tickets": customer.notes,
            "mails_about_their_tickets": customer.mails,
        },
        "as_staff": {
            "people_lists": [_membership(one) for one in staff.memberships],
            "absence": None
            if staff.absence is None
            else {
                "from": staff.absence.start.isoformat(),
                "until": staff.absence.until.isoformat(),
                "substitute": staff.absence.substitute,
            },
            "open_tickets_owned": staff.owned_open,
            "other_tickets_owned": staff.owned_over,
            "acts_on_tickets": dict(staff.acts),
            "first_act_at": _said(staff.first_at),
            "last_act_at": _said(staff.last_at),
            "elsewhere": dict(staff.elsewhere),
        },
        "configuration_names_them_in": list(known.places),
        "change_log_entries": known.entries,
        "configuration_versions": known.versions,
    }


def as_json(known: Known) -> str:
    """The same as text, readable as it is."""
    return json.dumps(everything(known), ensure_ascii=False, indent=2) + "\n"


def _ticket(row: TicketRow) -> dict[str, Any]:
    return {
        "ticket": row.id,
        "subject": row.subject,
        "status": row.status,
        "opened_at": _said(row.opened_at),
        "text_erased_at": _said(row.erased_at),
    }


def _message(one: Kept) -> dict[str, Any]:
    row = one.row
    return {
        "mailbox": one.mailbox.address,
        "message_id": row.rfc_id,
        "received_at": _said(row.internal_at),
        "from": row.sender,
        "from_name": row.sender_name,
        "to": list(row.recipients),
        "subject": row.subject,
        "text": row.excerpt,
        "headers": dict(row.headers),
        "erased_at": _said(row.erased_at),
    }


def _membership(one: Membership) -> dict[str, Any]:
    return {
        "mailbox": one.mailbox,
        "name": one.name,
        "role": one.role,
        "zone": one.zone,
        "on_the_list": one.active,
        "working_hours": one.calendar,
        "skills": list(one.skills),
        "capacity": one.capacity,
        "absences": list(one.absences),
    }


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
