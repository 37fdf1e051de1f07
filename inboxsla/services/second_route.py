"""The way by which alarms reach the admins when a mailbox cannot: who they are, whether it is set, and when it last worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.domain.speech import Speech
from inboxsla.notify.mailer import Way
from inboxsla.services import in_force, ways
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, people, records, way_tests

# The key of the alarm that this route itself is closed; it is never mailed, only shown.
ALARM = "alarm-route/"
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Recipient:
    """`mailbox_ids` are the mailboxes this person hears of, None for all; `listed` says that `[alarms]` names them."""

    address: str
    name: str
    zone: str
    mailbox_ids: frozenset[int] | None = None

    @property
    def listed(self) -> bool:
        return self.mailbox_ids is None

    def hears_of(self, mailbox_id: int | None) -> bool:
        return self.mailbox_ids is None or mailbox_id is None or mailbox_id in self.mailbox_ids

    def why(self, say: Speech) -> str:
        """Why they get alarms."""
        if self.listed:
            return say.text("You get this because the settings of InboxSLA name you for alarms.")
        return say.text("You get this because you are an admin on the people list.")


@dataclass(frozen=True, slots=True)
class SecondRoute:
    """How the route stands. `way` None: none is set. `needed`: a mailbox is live, and this is no demo.
    `is_a_mailbox`: it goes out from a mailbox that alarms may be about.

    `tested_at` is when a test mail or an alarm last went by exactly this way (None: never), `worked` whether it was taken, `words`
    what was said then. `is_closed`: nothing went by it when it was tried last, which an alarm of its own says.
    """

    way: Way | None
    named: str
    needed: bool
    is_a_mailbox: bool
    recipients: tuple[str, ...]
    tested_at: datetime | None
    worked: bool
    words: str
    is_closed: bool = False


def stands(ports: Ports) -> SecondRoute:
    """For the doctor and whoever else wants to know."""
    settings, way = ports.settings, ways.of_alarms(ports.settings)
    with ports.db.read() as conn:
        boxes = mailboxes.every(conn)
        whom = tuple(each.address for each in recipients(conn, settings))
        test = way_tests.newest(conn, ways.fingerprint(settings, way)) if way else None
        is_closed = records.alarm_since(conn, ALARM) is not None
    return SecondRoute(
        way,
        ways.named(settings, way) if way else "",
        not settings.demo and any(box.is_live for box in boxes),
        way is not None and any(box.address == way.sender and box.retired_at is None for box in boxes),
        whom,
        test.tested_at if test else None,
        test is not None and test.worked,
        test.words if test else "",
        is_closed,
    )


def looked_after(conn: Connection, whom: Recipient) -> str:
    """The mailboxes that this person hears of, for the end of a mail."""
    found = [box.address for box in mailboxes.every(conn) if box.kind == "gmail" and whom.hears_of(box.id)]
    return ", ".join(found[:_NAMED]) + (" …" if len(found) > _NAMED else "")


def recipients(conn: Connection, settings: Settings) -> list[Recipient]:
    """Those whom `[alarms]` names, else the admins on the people lists, each for their mailboxes; by address."""
    boxes = mailboxes.connected(conn)
    staff = [(box_id, person) for box_id in boxes for person in people.of_mailbox(conn, box_id)]
    known = {person.address: person for _, person in staff}
    zone = in_force.in_force(conn, settings).zone
    if settings.alarms.recipients:
        return [
            Recipient(address, known[address].name, known[address].zone)
            if address in known
            else Recipient(address, address.partition("@")[0], zone)
            for address in sorted(set(settings.alarms.recipients))
        ]
    admins = sorted({person.address for _, person in staff if person.role == "admin"})
    return [
        Recipient(
            address,
            known[address].name,
            known[address].zone,
            frozenset(box_id for box_id, person in staff if (person.address, person.role) == (address, "admin")),
        )
        for address in admins
    ]
