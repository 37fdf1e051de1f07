"""What people choose of our mails for themselves. What others wait for them to know, nobody can switch off."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inboxsla.services import mail_rules
from inboxsla.services.doing import Unclear
from inboxsla.services.ports import Ports
from inboxsla.storage import mail_choices, records
from inboxsla.storage.mail_choices import Choice

REMINDERS = ("all", "late", "overdue")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`chosen` is what the person said, `usual_digest` what counts while they said nothing of the mail in the morning."""

    chosen: Choice
    usual_digest: bool

    @property
    def gets_digest(self) -> bool:
        return self.usual_digest if self.chosen.digest is None else self.chosen.digest


def of(ports: Ports, address: str) -> Preferences:
    with ports.db.read() as conn:
        return Preferences(mail_choices.of(conn, address), mail_rules.of(conn, ports.settings).digest)


def change(ports: Ports, address: str, actor: str, *, digest: bool | None = None, reminders: str | None = None) -> bool:
    """Change what is given; False if that is what was chosen before. Raises Unclear at reminders."""
    if reminders is not None and reminders not in REMINDERS:
        raise Unclear("reminders", "Choose one of these.")
    now = ports.now()
    with ports.db.write() as conn:
        before = mail_choices.of(conn, address)
        after = replace(
            before,
            digest=before.digest if digest is None else digest,
            reminders=before.reminders if reminders is None else reminders,
        )
        if after == before:
            return False
        mail_choices.choose(conn, address, after, now)
        records.log(conn, actor, f"mails to {address}", now, _told(before), _told(after))
    return True


def _told(choice: Choice) -> dict[str, object]:
    return {"digest": choice.digest, "reminders": choice.reminders}
