"""Who would get the next ticket of a team now, mailbox by mailbox; nothing is handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inboxsla.config.document import Document, teams_rows
from inboxsla.domain import assignment
from inboxsla.domain.assignment import Chosen
from inboxsla.domain.people import team_of
from inboxsla.services import in_force
from inboxsla.services.directory import as_domain
from inboxsla.services.ports import Ports
from inboxsla.storage import absences, hand_outs, people, teams


@dataclass(frozen=True, slots=True)
class Next:
    """`name` is empty where nobody gets it now; `until` then is when somebody will be on duty. `why` is said in words."""

    mailbox: str
    name: str
    why: str
    until: datetime | None = None


def next_in_line(ports: Ports, document: Document, name: str) -> tuple[Next, ...]:
    """For the team of that name, as `document` (in force or only typed) has it."""
    now = ports.now()
    team = team_of(name, teams_rows(document)[name])
    with ports.db.read() as conn:
        said, has = absences.every(conn), assignment.loads(hand_outs.counts_by_owner(conn))
        known = teams.every(conn).get(name)
        last = people.address_of(conn, known.turn) if known else None
        boxes = sorted(in_force.mailboxes_in_use(conn))
    found = []
    for box in boxes:
        staff = tuple(as_domain(document.staff_of(box), document, said, box))
        answer = assignment.choose(team, staff, has, last, now)
        if isinstance(answer, Chosen):
            found.append(Next(box, answer.person.name, answer.why))
        else:
            found.append(Next(box, "", answer.why, answer.until))
    return tuple(found)
