"""What must stand before anything runs: the configured mailboxes, their people, the policy; and going live."""

from __future__ import annotations

from inboxsla.domain.assignment import Person
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.speech import Dated, English
from inboxsla.errors import Refused
from inboxsla.services.ports import Ports
from inboxsla.services.retiring import resumed, retire_others
from inboxsla.storage import mailboxes, people, policies, records, tickets


def prepare(ports: Ports) -> None:
    """Bring mailboxes, people and the default policy in line with the settings. Doing it again changes nothing.

    A policy that says something new becomes a new version, for new tickets only. The demo's mailbox is live from its first
    start; every other mailbox is observed until somebody makes it live. One that left the settings is set aside until it is
    back. Raises ConfigMistakes.
    """
    settings, now = ports.settings, ports.now()
    body = settings.policy_data()
    from_data(body)
    with ports.db.write() as conn:
        policies.save(conn, settings.policy.name, body, now)
        retire_others(conn, {each.address for each in settings.mailboxes}, now)
        for wanted in settings.mailboxes:
            box = mailboxes.ensure(
                conn,
                "gmail",
                wanted.address,
                policy_name=settings.policy.name,
                aliases=wanted.aliases,
                own_lists=wanted.own_lists,
            )
            staff = [Person(p.address, p.name, p.role, settings.zone_of(p)) for p in settings.staff_of(wanted.address)]
            people.replace_all(conn, box.id, staff)
            box = resumed(conn, box, now)
            if settings.demo and not box.is_live:
                mailboxes.change(conn, box.id, mode="live", live_since=now)
                tickets.labels_due(conn, box.id)


def live(ports: Ports, address: str, actor: str) -> None:
    """Make an observed mailbox live: from this instant on labels are written and people are mailed.

    Steps that fell due before are recorded as skipped, so nobody is mailed about the past. Raises Refused.
    """
    now = ports.now()
    with ports.db.write() as conn:
        box = mailboxes.by_address(conn, "gmail", address)
        if box is None:
            known = ", ".join(each.address for each in mailboxes.every(conn) if each.kind == "gmail")
            if mailboxes.by_address(conn, "import", address) is not None:
                raise Refused(f"{address} was imported from a file, and a file cannot go live.")
            raise Refused(f"No mailbox {address} is known here. Known: {known or 'none yet'}.")
        if box.retired_at is not None:
            raise Refused(f"{address} is not in the configuration any more. Name it there, and start InboxSLA again.")
        if box.is_live:
            say = Dated(English(ports.settings.calendar.zone))
            raise Refused(f"{address} is live already, since {say.moment(box.live_since or now, now)}.")
        mailboxes.change(conn, box.id, mode="live", live_since=now)
        tickets.labels_due(conn, box.id)
        records.log(conn, actor, f"mailbox {address} made live", now, {"mode": box.mode}, {"mode": "live"})
