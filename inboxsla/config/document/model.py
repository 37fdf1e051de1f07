"""What the configuration document may say. Frozen; texts such as “3 business days” stay as they are written.

References between parts (a rule's policy, a person's calendar) are names; `checks` and `references` look whether they exist.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from inboxsla.config import fields, ladder
from inboxsla.config.document import kinds
from inboxsla.config.document.house import Labels, Notifications, Privacy
from inboxsla.config.section import Section
from inboxsla.config.settings import Calendar, Status
from inboxsla.config.webhooks import HookName
from inboxsla.domain.courtesy import CustomerNotice

Metric = Literal["first_response", "next_response", "resolution", "update"]
Priority = Literal["critical", "high", "normal", "low"]
Action = Literal[ladder.Action, "notify_team", "notify_on_duty_lead", "raise_priority"]
Strategy = Literal["least_loaded", "round_robin", "skill", "fixed", "nobody"]
Role = Literal["agent", "lead", "admin"]
RuleStatus = Literal["open", "waiting_on_customer", "on_hold", "solved", "closed"]

METRICS: tuple[Metric, ...] = ("first_response", "next_response", "resolution", "update")
HOLD_REASONS = ("supplier", "internal", "float time")
PRIORITIES: tuple[Priority, ...] = ("critical", "high", "normal", "low")


class Target(Section):
    """What is promised for each priority; one without a target of its own has that of normal. `calendar`: the policy's."""

    critical: kinds.Length | None = None
    high: kinds.Length | None = None
    normal: kinds.Length | None = None
    low: kinds.Length | None = None
    calendar: fields.Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, written: Any) -> Any:
        return written if isinstance(written, Mapping) else {"normal": written}

    @model_validator(mode="after")
    def _promises_something(self) -> Target:
        if not self.lengths:
            raise ValueError("nothing is promised here. Write a length for normal, for example normal = “4h”.")
        return self

    @property
    def lengths(self) -> dict[Priority, str]:
        return {priority: length for priority in PRIORITIES if (length := getattr(self, priority)) is not None}


class Targets(Section):
    first_response: Target | None = None
    next_response: Target | None = None
    resolution: Target | None = None
    update: Target | None = None

    @model_validator(mode="after")
    def _promises_something(self) -> Targets:
        if not self.promised:
            raise ValueError(f"a policy promises at least one of {', '.join(METRICS)}.")
        return self

    @property
    def promised(self) -> dict[Metric, Target]:
        return {metric: target for metric in METRICS if (target := getattr(self, metric)) is not None}


class Step(Section):
    """A reminder step at a percentage of the promise, a length of business time before or after it is due, every so often
    after it was due, or as soon as the customer has reopened the ticket so many times.
    """

    at: kinds.Percent | None = None
    before: kinds.Length | None = None
    after: kinds.Length | None = None
    every: kinds.Length | None = None
    reopened: kinds.Times | None = None
    do: tuple[Action, ...] = ()
    promises: tuple[Metric, ...] = Field((), alias="for")
    notify: tuple[fields.Address, ...] = ()
    add_tag: ladder.OneOrMore[kinds.Word] = ()
    webhook: ladder.OneOrMore[HookName] = ()

    @model_validator(mode="after")
    def _comes_once_and_does_something(self) -> Step:
        if sum(when is not None for when in (self.at, self.before, self.after, self.every, self.reopened)) != 1:
            raise ValueError(
                "say once when this step comes: at = 75 (percent), before = “1h”, after = “30m”, every = “4h”,"
                " or reopened = 2 (times the customer came back)."
            )
        if self.reopened is not None and self.promises:
            raise ValueError("a step that comes with reopened belongs to no promise. Leave out its “for”.")
        if not (self.do or self.notify or self.add_tag or self.webhook):
            raise ValueError("this step does nothing. Write for example do = [“remind_owner”].")
        return self


def usual_steps() -> tuple[Step, ...]:
    written = ((75, ["remind_owner"]), (90, ["remind_owner"]), (100, ["notify_owner", "notify_lead", "reassign"]))
    return tuple(Step.model_validate({"at": at, "do": do}) for at, do in written)


class CustomerNotices(Section):
    """Which mails customers get by themselves, and what is added to each, as plain text with a few fields in braces."""

    acknowledge: bool = False
    on_hold: bool = False
    still_with_us: bool = False
    closing: bool = False
    acknowledge_text: kinds.NoticeText = ""
    on_hold_text: kinds.NoticeText = ""
    still_with_us_text: kinds.NoticeText = ""
    closing_text: kinds.NoticeText = ""

    @property
    def sent(self) -> dict[CustomerNotice, str]:
        """Those that go out, with what is added to each."""
        return {each: getattr(self, f"{each}_text") for each in CustomerNotice if getattr(self, each)}


class Policy(Section):
    name: fields.Name
    calendar: fields.Name
    enabled: bool = True
    targets: Targets
    steps: tuple[Step, ...] = Field(default_factory=usual_steps)
    pauses: dict[Status, tuple[Metric, ...]] = {
        "waiting_on_customer": ("resolution", "update"),
        "on_hold": ("next_response", "resolution"),
    }
    medium_at: fields.Percent = 50
    urgent_at: fields.Percent = 75
    reply_sets_waiting: bool = True
    archiving_solves: bool = True
    reopening: Literal["resume", "restart"] = "resume"
    thanks_reopens: bool = False
    hold_cap: kinds.Length | None = None
    auto_close: kinds.Length | None = None
    auto_close_warning: kinds.Length | None = None
    notices: CustomerNotices = CustomerNotices()


class Then(Section):
    policy: fields.Name | None = None
    priority: Priority | None = None
    tags: tuple[kinds.Word, ...] = ()
    untag: tuple[kinds.Word, ...] = ()
    tier: kinds.Word | None = None
    channel: kinds.Word | None = None
    team: kinds.Word | None = None
    owner: fields.Address | None = None
    strategy: Strategy | None = None
    status: RuleStatus | None = None
    not_a_ticket: bool | None = None


class Rule(Section):
    """`when` is a condition as plain data; `domain.rules` reads it, and says what is wrong with a rule."""

    name: fields.Name
    mailboxes: tuple[fields.Address, ...] = ()
    stop: bool = False
    when: dict[str, Any] = {}
    then: Then = Then()


class Absence(Section):
    """Local dates in the person's zone; `until` is the first day back."""

    begins: fields.Day = Field(alias="from")
    until: fields.Day
    substitute: fields.Address | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Absence:
        if self.until <= self.begins:
            raise ValueError(f"until {self.until} is the first day back, so it must be after from {self.begins}.")
        return self


class Person(Section):
    """`zone` empty: that of the person's calendar. `mailboxes` empty: every one. No `calendar`: on duty unless absent.

    `roles` are those in single mailboxes, where they differ from `role`.
    """

    address: fields.Address
    name: fields.Name
    role: Role = "agent"
    zone: fields.ZoneOrNone = ""
    mailboxes: tuple[fields.Address, ...] = ()
    roles: dict[fields.Address, Role] = {}
    calendar: fields.Name | None = None
    skills: tuple[kinds.Word, ...] = ()
    capacity: kinds.Capacity | None = None
    absences: tuple[Absence, ...] = ()

    def role_in(self, mailbox: str) -> Role | None:
        """None where the person does not work."""
        works_there = not self.mailboxes or mailbox in self.mailboxes
        return self.roles.get(mailbox, self.role) if works_there else None


class Team(Section):
    name: kinds.Word
    lead: fields.Address | None = None
    members: tuple[fields.Address, ...] = ()
    strategy: Strategy = "least_loaded"
    person: fields.Address | None = None
    skills: tuple[kinds.Word, ...] = ()
    reassign_absent_after: kinds.PlainLength | None = None


class MailboxPolicy(Section):
    """What a mailbox's tickets have where no rule decides, and what is known of its mail. No `policy`: the default one.

    `aliases` are further addresses whose mail arrives here, `own_lists` list ids of our own groups.
    """

    address: fields.Address
    policy: fields.Name | None = None
    team: kinds.Word | None = None
    aliases: tuple[fields.Address, ...] = ()
    own_lists: tuple[kinds.ListId, ...] = ()


def _not_reserved(written: object) -> str:
    text = fields.name(written)
    if text == kinds.ALWAYS:
        raise ValueError(f"“{text}” is round the clock and needs no calendar. Choose another name.")
    return text


CalendarName = Annotated[str, BeforeValidator(_not_reserved)]


def _hold_reasons(reasons: tuple[str, ...]) -> tuple[str, ...]:
    if not reasons:
        raise ValueError("name at least one reason, for example “supplier”.")
    return reasons


class Document(Section):
    default_policy: fields.Name
    hold_reasons: Annotated[tuple[kinds.Word, ...], AfterValidator(_hold_reasons)] = HOLD_REASONS
    tags: tuple[kinds.Word, ...] = ()
    privacy: Privacy = Privacy()
    calendars: dict[CalendarName, Calendar] = {}
    tiers: dict[kinds.Word, tuple[kinds.AddressOrDomain, ...]] = {}
    organisations: dict[fields.Name, tuple[kinds.Domain, ...]] = {}
    policies: tuple[Policy, ...]
    rules: tuple[Rule, ...] = ()
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    mailboxes: tuple[MailboxPolicy, ...] = ()
    labels: Labels = Labels()
    notifications: Notifications = Notifications()

    def policy_of(self, mailbox: str) -> str:
        """The name of the policy that tickets of a mailbox get where no rule decides."""
        return next(
            (box.policy for box in self.mailboxes if box.address == mailbox and box.policy), self.default_policy
        )

    def team_of(self, mailbox: str) -> str:
        """The team they go to then; "" for everybody on the mailbox's list."""
        return next((box.team for box in self.mailboxes if box.address == mailbox and box.team), "")

    def staff_of(self, mailbox: str) -> tuple[Person, ...]:
        """The people list of one mailbox, in the order it is written."""
        return tuple(person for person in self.people if person.role_in(mailbox) is not None)

    def aliases_of(self, mailbox: str) -> tuple[str, ...]:
        return next((box.aliases for box in self.mailboxes if box.address == mailbox), ())

    def own_lists_of(self, mailbox: str) -> tuple[str, ...]:
        return next((box.own_lists for box in self.mailboxes if box.address == mailbox), ())

    def in_charge(self, mailboxes: Collection[str]) -> tuple[Person, ...]:
        """Who is admin of every one of these mailboxes; where there is none yet, who is admin at all."""
        if not mailboxes:
            return tuple(person for person in self.people if person.role == "admin")
        return tuple(person for person in self.people if all(person.role_in(each) == "admin" for each in mailboxes))
