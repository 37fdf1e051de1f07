"""What config.toml changed since the last start, for the change log: somebody edited a file, and nobody was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inboxsla.services.in_force import InForce
from inboxsla.storage import mailboxes, people, policies, records

ACTOR = "config.toml"


@dataclass(frozen=True, slots=True)
class Before:
    """Mailboxes by address, and policies by name, as they were."""

    mailboxes: Mapping[str, Mapping[str, Any]]
    policies: Mapping[str, Mapping[str, Any] | None]

    @classmethod
    def of(cls, conn: Connection, force: InForce) -> Before:
        return cls(_mailboxes(conn, force), {name: policies.newest_body(conn, name) for name in force.policies})

    def log(self, conn: Connection, force: InForce, now: datetime) -> None:
        """Note what is otherwise now; what a saved configuration says is noted when it is saved."""
        for address, after in _mailboxes(conn, force).items():
            before = self.mailboxes.get(address)
            if before != after:
                records.log(conn, ACTOR, f"mailbox {address} taken from config.toml", now, before, after)
        if force.version is None:
            for name, body in self.policies.items():
                if body != force.policies[name]:
                    records.log(conn, ACTOR, f"policy {name} taken from config.toml", now, body, force.policies[name])


def _mailboxes(conn: Connection, force: InForce) -> dict[str, dict[str, Any]]:
    return {
        box.address: {
            "aliases": list(box.aliases),
            "own_lists": list(box.own_lists),
            **(
                {}
                if force.version
                else {"people": [f"{p.address} ({p.role})" for p in people.of_mailbox(conn, box.id)]}
            ),
        }
        for box in mailboxes.every(conn)
        if box.kind == "gmail" and box.retired_at is None
    }
