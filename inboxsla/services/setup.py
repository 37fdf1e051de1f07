"""What must stand before anything runs: the mailboxes, their people, the policies; and going live."""

from __future__ import annotations

from inboxsla.domain.policy_data import from_data
from inboxsla.domain.speech import Dated, English
from inboxsla.errors import Refused
from inboxsla.services import from_file, in_force, other_ways, our_labels, pulling, watching
from inboxsla.services.ports import Ports
from inboxsla.services.retiring import resumed, retire_others
from inboxsla.storage import configurations, label_work, mailboxes, records, watches


def prepare(ports: Ports) -> None:
    """Bring mailboxes, people, teams and policies in line with the configuration. Doing it again changes nothing.

    Mailboxes are those of config.toml; one that left it is set aside until it is back. The rest comes from the configuration
    that was saved last, or from config.toml until there is one. A policy that says something new becomes a new version, for
    new tickets only. The demo's mailbox is live from its first start; every other mailbox is observed until somebody makes it
    live. Raises ConfigMistakes.
    """
    settings, now = ports.settings, ports.now()
    with ports.db.write() as conn:
        configurations.lock(conn)
        force = in_force.in_force(conn, settings)
        for body in force.policies.values():
            from_data(body)
        before = from_file.Before.of(conn, force)
        retire_others(conn, {each.address for each in settings.mailboxes}, now)
        other_ways.forget_old_alarms(conn, settings)
        if settings.push.way != "pull":
            records.clear_alarms(conn, pulling.ALARM)
        watches.look_again_unless(conn, watching.topic_of(settings), now)
        for wanted in settings.mailboxes:
            box = mailboxes.ensure(
                conn,
                "gmail",
                wanted.address,
                policy_name=force.document.policy_of(wanted.address),
                aliases=force.document.aliases_of(wanted.address),
                own_lists=force.document.own_lists_of(wanted.address),
            )
            box = resumed(conn, box, now)
            if settings.demo and not box.is_live:
                mailboxes.change(conn, box.id, mode="live", live_since=now)
                label_work.labels_due(conn, box.id)
                what = f"mailbox {box.address} made live"
                records.log(conn, "the demo", what, now, {"mode": box.mode}, {"mode": "live"})
            if box.is_live and not force.document.labels.owners:
                our_labels.let_owners_go(conn, box)
        in_force.put_in_force(conn, force, now)
        before.log(conn, force, now)


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
            say = Dated(English(in_force.in_force(conn, ports.settings).zone))
            raise Refused(f"{address} is live already, since {say.moment(box.live_since or now, now)}.")
        mailboxes.change(conn, box.id, mode="live", live_since=now, labels_checked_at=None)
        label_work.labels_due(conn, box.id)
        records.log(conn, actor, f"mailbox {address} made live", now, {"mode": box.mode}, {"mode": "live"})
