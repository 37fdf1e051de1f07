"""How far an installation is set up. Nothing of it is stored: it is read from what is there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inboxsla.config.document import paces
from inboxsla.config.document.model import Person, Policy
from inboxsla.config.settings import Calendar
from inboxsla.services import connections, in_force, second_route
from inboxsla.services.connections import Connection
from inboxsla.services.in_force import InForce
from inboxsla.services.ports import Ports
from inboxsla.services.second_route import SecondRoute


class Step(Enum):
    """In the order in which they are asked for."""

    MAILBOX = "mailbox"
    PEOPLE = "people"
    HOURS = "hours"
    PROMISES = "promises"
    ARCHIVING = "archiving"
    ALARMS = "alarms"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Standing:
    force: InForce
    boxes: tuple[Connection, ...]
    route: SecondRoute

    @property
    def in_use(self) -> tuple[Connection, ...]:
        return tuple(box for box in self.boxes if box.mode != "retired")

    @property
    def connected(self) -> tuple[Connection, ...]:
        return tuple(box for box in self.in_use if not box.needs_connecting)

    @property
    def live(self) -> tuple[Connection, ...]:
        return tuple(box for box in self.in_use if box.mode == "live")

    @property
    def people(self) -> tuple[Person, ...]:
        return self.force.document.people

    @property
    def policy(self) -> Policy:
        """What is promised where no rule decides."""
        return paces.default_policy(self.force.document)

    @property
    def calendar(self) -> str | None:
        """The name of the calendar that says when the house is open, None where there is none yet."""
        calendars = self.force.document.calendars
        return self.policy.calendar if self.policy.calendar in calendars else min(calendars, default=None)

    @property
    def hours(self) -> Calendar | None:
        return None if self.calendar is None else self.force.document.calendars[self.calendar]

    def has(self, step: Step) -> bool:
        """Whether there is what a step asks for: chosen, not only left as it came."""
        match step:
            case Step.MAILBOX:
                return bool(self.connected)
            case Step.PEOPLE:
                return bool(self.people)
            case Step.HOURS:
                # Whoever went on to promise something has seen the hours, also where they were right as they came.
                return self.hours is not None and (self.hours != Calendar() or self.has(Step.PROMISES))
            case Step.PROMISES | Step.ARCHIVING:
                return not paces.as_it_came(self.policy)
            case Step.ALARMS:
                return self.route.way is not None and self.route.worked
            case Step.LIVE:
                return bool(self.live)

    @property
    def first_open(self) -> Step:
        """The first step that something is missing for; the last one if nothing is."""
        return next((step for step in Step if not self.has(step)), Step.LIVE)


def standing(ports: Ports) -> Standing:
    return Standing(in_force.current(ports), connections.connections(ports), second_route.stands(ports))
