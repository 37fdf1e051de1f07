"""Test mails: one through a way out, or one to everybody who gets alarms; how it went is kept for the doctor."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.domain.speech import English
from inboxsla.errors import InboxSLAError, Missing, Misused, NoSuchRecipient, Refused
from inboxsla.gmail.port import Mailbox
from inboxsla.notify import Alarm, Matter, Stands, alarm
from inboxsla.notify.mailer import Mailer, Route, Taken, Way
from inboxsla.services import alarm_places, in_force, second_route, ways
from inboxsla.services.ports import Ports
from inboxsla.services.second_route import Recipient
from inboxsla.storage import mailboxes, way_tests
from inboxsla.storage.way_tests import WayTest


class ThroughMailbox:
    """The Mailer over a shared mailbox, for a mail that nobody looks for afterwards."""

    def __init__(self, gmail: Mailbox) -> None:
        self._gmail = gmail

    def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
        sent = self._gmail.send(mail)
        return Taken(sent.id, sent.thread_id)

    def find(self, marker: str, since: datetime) -> Taken | None:
        raise Refused("A test mail is not looked for.")


def check(settings: Settings, way: Way) -> None:
    """Raises Misused where the settings lack what this way needs."""
    if way.route is Route.SMTP and not (settings.smtp.host and way.sender):
        raise Misused("No mail server is set up: write host and from_address into [smtp] (docs/sending.md shows how).")
    if way.route is Route.GMAIL and not way.sender:
        raise Misused("No Gmail account is named to send from: write account into [mail] (docs/sending.md shows how).")


def mailbox(ports: Ports, address: str = "") -> str:
    """The mailbox to send a test from: the one named, else the first that is connected. Raises Missing."""
    with ports.db.read() as conn:
        known = [box.address for box in mailboxes.every(conn) if box.kind == "gmail" and box.retired_at is None]
    if address and address not in known:
        raise Missing(f"No mailbox {address} is known here. Known: {', '.join(known) or 'none yet'}.")
    if not known:
        raise Missing("No mailbox is known here yet, and the mails would go out through one.")
    return address or known[0]


def through(ports: Ports, mailer: Mailer, way: Way, sender: str, recipient: str) -> None:
    """Send a test mail to `recipient`. Raises whatever the way raises; how the way did is noted all the same."""
    whom = Recipient(recipient, recipient.partition("@")[0], in_force.zone(ports))
    what = "This is a test from InboxSLA. It went out through %(way)s; reminders to staff would come the same way."
    why = "You get this because somebody tried how mails from InboxSLA reach you."
    try:
        _send(ports, mailer, way, sender, whom, what, why)
    except NoSuchRecipient:
        # That address was mistyped. It says nothing of the way, which alarms may go by as well.
        raise
    except InboxSLAError as wrong:
        _note(ports, way, wrong)
        raise
    _note(ports, way, None)


def by_way_in_force(ports: Ports, recipient: str) -> None:
    """Send a test mail the way reminders go. Raises whatever the way raises; how it went is noted all the same."""
    way = ways.in_force(ports.settings)
    check(ports.settings, way)
    sender = way.sender or mailbox(ports)
    try:
        mailer = ThroughMailbox(ports.mailbox(sender)) if way.route is Route.MAILBOX else ports.mailer(way)
    except InboxSLAError as wrong:
        _note(ports, way, wrong)
        raise
    through(ports, mailer, way, sender, recipient)


def last(ports: Ports) -> WayTest | None:
    """How the last test of the way that reminders go went, as that way is set now."""
    with ports.db.read() as conn:
        return way_tests.newest(conn, ways.fingerprint(ports.settings, ways.in_force(ports.settings)))


def alarms(ports: Ports) -> Iterator[tuple[str, InboxSLAError | None]]:
    """Send a test to everybody who gets alarms; for each address what went wrong, None if nothing did.

    The route counts as working once all were taken. Raises Misused where none is set or nobody would get alarms.
    """
    way = ways.of_alarms(ports.settings)
    if way is None:
        raise Misused("No route for alarms is set: write route into [alarms] (docs/sending.md shows how).")
    check(ports.settings, way)
    with ports.db.read() as conn:
        whom, boxes = second_route.recipients(conn, ports.settings), mailboxes.every(conn)
    if not whom and not boxes:
        raise Misused(
            f"Nobody is known yet who gets alarms: start InboxSLA once (`{typed('run')}`), which reads the people of config.toml, or "
            "name recipients in [alarms]."
        )
    if not whom:
        raise Misused("Nobody would get alarms: no admin is on the people list, and [alarms] names no recipients.")
    what = (
        "This is a test of InboxSLA's alarms. Should a mailbox fail, or nobody be reachable, the news comes this way: through "
        "%(way)s, which needs no mailbox."
    )
    first: InboxSLAError | None = None
    for each in whom:
        try:
            _send(ports, ports.mailer(way), way, way.sender, each, what, each.why(English(each.zone)))
        except InboxSLAError as wrong:
            first = first or wrong
            yield each.address, wrong
        else:
            yield each.address, None
    _note(ports, way, first)


def _send(ports: Ports, mailer: Mailer, way: Way, sender: str, whom: Recipient, what: str, why: str) -> None:
    say, settings = English(whom.zone), ports.settings
    with ports.db.read() as conn:
        about = second_route.looked_after(conn, whom)
    test = Matter(
        Stands.TEST,
        say.text("This mail arrived"),
        say.text(what, way=ways.named(settings, way)),
        what_next=say.text("Nothing, if you found it in your inbox. If it was among spam, say there that it is none."),
        page=alarm_places.ways_out(settings, say),
    )
    what_goes = Alarm(
        marker=secrets.token_hex(12),
        mailbox=sender,
        recipient=whom.address,
        recipient_name=whom.name,
        zone=whom.zone,
        matters=(test,),
        why=say.text(why),
        composed_at=ports.now(),
        linked=bool(settings.server.base_url),
        sender_name=settings.notify.sender_name,
        about=about,
    )
    try:
        letter = alarm(what_goes, say)
    except ValueError as wrong:
        raise Refused(str(wrong)) from wrong
    mailer.send(letter.raw, sender, whom.address)


def _note(ports: Ports, way: Way, wrong: InboxSLAError | None) -> None:
    test = WayTest(ports.now(), wrong is None, str(wrong) if wrong else "the mail was taken")
    with ports.db.write() as conn:
        way_tests.note(conn, ways.fingerprint(ports.settings, way), test)
