"""A team's hand-outs within one transaction: who may take a ticket, what they have, and whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.domain import assignment
from inboxsla.domain.assignment import Chosen, Load, Waits
from inboxsla.domain.people import Person, Strategy, Team
from inboxsla.storage import hand_outs, mailboxes, people, teams
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.teams import TeamRow


def own_team(settings: Settings) -> Team:
    """A mailbox's own team: everybody on its people list."""
    written = settings.assignment
    strategy = Strategy.NOBODY if written.strategy == "manual" else Strategy(written.strategy)
    return Team("", strategy=strategy, reassign_absent_after=written.reassign_absent_after)


@dataclass(slots=True)
class Roster:
    """One team under its lock. `key` is its id, or the mailbox's where it is a mailbox's own team."""

    conn: Connection
    team: Team
    key: int
    last: str | None
    wake_at: datetime | None
    loads: dict[str, Load] = field(default_factory=dict)
    listed: dict[int, list[Person]] = field(default_factory=dict)

    @classmethod
    def of_team(cls, conn: Connection, row: TeamRow) -> Roster:
        """`row` comes from `teams.lock`."""
        return cls(conn, row.team, row.id, people.address_of(conn, row.turn), row.wake_at)

    @classmethod
    def of_mailbox(cls, conn: Connection, mailbox: MailboxRow, settings: Settings) -> Roster:
        """`mailbox` comes from `mailboxes.lock`."""
        last = people.address_of(conn, mailbox.assigned_turn)
        return cls(conn, own_team(settings), mailbox.id, last, mailbox.wake_at)

    def people_of(self, mailbox_id: int) -> list[Person]:
        """The people list of a mailbox, read once; and before the first, what everybody has."""
        if not self.listed:
            self.loads |= assignment.loads(hand_outs.counts_by_owner(self.conn))
        if mailbox_id not in self.listed:
            self.listed[mailbox_id] = people.of_mailbox(self.conn, mailbox_id)
        return self.listed[mailbox_id]

    def choose(
        self,
        mailbox_id: int,
        now: datetime,
        *,
        strategy: str | None = None,
        without: Collection[str] = (),
        leads_too: bool = False,
    ) -> Chosen | Waits:
        """Who takes the next ticket of this team in this mailbox; by `strategy` if the ticket has one of its own."""
        team = self.team if strategy is None else replace(self.team, strategy=Strategy(strategy))
        listed = self.people_of(mailbox_id)
        return assignment.choose(team, listed, self.loads, self.last, now, without=without, leads_too=leads_too)

    def given(self, mailbox_id: int, person: Person, status: str, urgency: str) -> None:
        """Count a ticket that was just handed to the person, and the turn."""
        self.loads[person.address] = self.loads.get(person.address, assignment.NOTHING).plus(status, urgency)
        self.last = person.address
        turn = people.id_of(self.conn, mailbox_id, person.address)
        if self.team.members is None:
            mailboxes.change(self.conn, self.key, assigned_turn=turn)
        else:
            teams.change(self.conn, self.key, turn=turn)

    def wake(self, at: datetime | None) -> None:
        """Hand out again at `at`; None if nothing waits."""
        if at == self.wake_at:
            return
        self.wake_at = at
        if self.team.members is None:
            mailboxes.change(self.conn, self.key, wake_at=at)
        else:
            teams.change(self.conn, self.key, wake_at=at)


def rosters(conn: Connection, mailbox: MailboxRow, settings: Settings, names: Iterable[str]) -> dict[str, Roster]:
    """Rosters by team name for tickets of `mailbox` (which is locked), the mailbox's own for every team that is no more.

    They count together: what one hands out, the others know of.
    """
    wanted = set(names)
    own = Roster.of_mailbox(conn, mailbox, settings)
    found = {name: Roster.of_team(conn, row) for name, row in teams.lock(conn, wanted - {""}).items()}
    for roster in found.values():
        roster.loads, roster.listed = own.loads, own.listed
    return {name: found.get(name, own) for name in wanted}
