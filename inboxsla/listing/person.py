"""Everything kept about one address: as text for people, as JSON for them to take along."""

from __future__ import annotations

import json
from collections.abc import Iterator

from inboxsla.domain.speech import English
from inboxsla.listing.words import count, moment, plain
from inboxsla.services.privacy.exporting import everything
from inboxsla.services.privacy.knowing import AsCustomer, AsStaff, Known

_TICKETS = 50


def person_text(known: Known, say: English) -> str:
    """As a customer and as one of the staff apart; then where else the address stands."""
    return "".join(f"{line}\n" for line in _lines(known, say))


def person_json(known: Known) -> str:
    return json.dumps(everything(known), indent=2) + "\n"


def _lines(known: Known, say: English) -> Iterator[str]:
    yield plain(known.address)
    if known.forgotten_at is not None:
        yield f"Was forgotten on {moment(known.forgotten_at, say)}; what is here came later."
    if not (known.customer.is_anything or known.staff.is_anything or known.places or known.entries or known.versions):
        yield "Nothing is kept about this address."
        return
    yield ""
    yield from _customer(known.customer, say)
    yield ""
    yield from _staff(known.staff, say)
    yield ""
    yield "Elsewhere"
    yield f"  The configuration   {plain('; '.join(known.places)) or 'does not name it'}"
    yield f"  The change log      {count(known.entries, 'entry', 'entries')}, {count(known.versions, 'version')} of the configuration"


def _customer(customer: AsCustomer, say: English) -> Iterator[str]:
    yield "As a customer"
    if not customer.is_anything:
        yield "  Nothing is kept."
        return
    yield f"  Called              {plain(', '.join(customer.names)) or 'no name'}"
    yield f"  Messages            {count(len(customer.messages), 'message')}; {count(customer.mentions, 'message')} of others name them"
    yield f"  Notes and mails     {count(customer.notes, 'note')}, {count(customer.mails, 'mail')} of ours, about their tickets"
    yield f"  Tickets             {count(len(customer.tickets), 'ticket')}, {customer.open:,} of them open"
    for row in customer.tickets[:_TICKETS]:
        erased = " (text erased)" if row.erased_at else ""
        yield f"    #{row.id}  {moment(row.opened_at, say)}  {plain(row.subject, 60) or '(no subject)'}{erased}"
    if len(customer.tickets) > _TICKETS:
        yield f"    and {len(customer.tickets) - _TICKETS:,} more; --json has them all"


def _staff(staff: AsStaff, say: English) -> Iterator[str]:
    yield "As one of the staff"
    if not staff.is_anything:
        yield "  Nothing is kept."
        return
    for one in staff.memberships:
        is_on = "" if one.active else ", no longer on the list"
        yield f"  On the list of      {plain(one.mailbox)} as {plain(one.name)}, {one.role}, {one.zone}{is_on}"
    if staff.absence is not None:
        yield f"  Away                {staff.absence.start} until {staff.absence.until}, as they said themselves"
    yield f"  Owns                {count(staff.owned_open, 'open ticket')}, {count(staff.owned_over, 'ticket')} that are over"
    for kind, number in sorted(staff.acts.items()):
        yield f"  Acts                {number:,} {kind.replace('_', ' ')}"
    if staff.first_at and staff.last_at:
        yield f"  Between             {moment(staff.first_at, say)} and {moment(staff.last_at, say)}"
    for name, number in staff.elsewhere.items():
        yield f"  Also                {number:,} {name}"
