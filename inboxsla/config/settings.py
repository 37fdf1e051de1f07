"""Everything that can be set, with its default. Frozen: one `Settings` is read at the start of a process and kept.

Lengths of time are `timedelta`; those of a policy are business time. Addresses are lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from inboxsla.config import fields, news_fields
from inboxsla.config.ladder import Ladder, LadderStep
from inboxsla.config.mail_settings import Alarms, Mail, Smtp
from inboxsla.config.section import Section
from inboxsla.config.sign_in import Host, Proxy, SignIn
from inboxsla.config.webhooks import HookName, Webhook
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.errors import InboxSLAError

Status = Literal["waiting_on_customer", "on_hold"]
Metric = Literal["first_response", "next_response", "resolution"]
Whole = Annotated[int, BeforeValidator(fields.whole_number)]


class Server(Section):
    """`proxies` are the networks of those whose word on where a request comes from is taken."""

    host: Host = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535)] = 8000
    base_url: fields.WebAddressOrNone = ""
    proxies: tuple[Proxy, ...] = ()

    @property
    def url(self) -> str:
        """Where people reach the pages, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"


class Google(Section):
    api_root: fields.WebAddress = "https://gmail.googleapis.com/"
    auth_uri: fields.WebAddress = "https://accounts.google.com/o/oauth2/v2/auth"
    token_uri: fields.WebAddress = "https://oauth2.googleapis.com/token"
    certs_uri: fields.WebAddress = "https://www.googleapis.com/oauth2/v1/certs"
    pubsub_root: fields.WebAddress = "https://pubsub.googleapis.com/"
    revoke_uri: fields.WebAddress = "https://oauth2.googleapis.com/revoke"
    issuers: tuple[str, ...] = ("https://accounts.google.com", "accounts.google.com")
    client_id: Annotated[str, BeforeValidator(str.strip)] = ""
    client_secret: fields.Hidden = ""
    client_file: fields.FileOrNone = None
    service_account_mailboxes: tuple[fields.Address, ...] = ()

    @property
    def has_client(self) -> bool:
        """Whether an OAuth client is named."""
        return bool(self.client_id or self.client_file)


# How often Gmail is asked where nothing else brings news; and where polling is only the net beneath push.
POLL_EVERY, POLL_BENEATH_PUSH = timedelta(seconds=20), timedelta(minutes=3)


class Sync(Section):
    """`poll_every` None: as the way news comes demands, see `Settings.poll_every`."""

    poll_every: news_fields.SpanOrNone = None
    first_window: fields.Span = timedelta(days=30)


class Push(Section):
    """How news comes. `audience` empty: the address of our push endpoint; `credentials` is the key file for pulling."""

    way: Literal["push", "pull", "poll"] = "poll"
    topic: news_fields.Topic = ""
    subscription: news_fields.Subscription = ""
    audience: Annotated[str, AfterValidator(str.strip)] = ""
    service_account: news_fields.AddressOrNone = ""
    credentials: fields.FileOrNone = None


class Addon(Section):
    """The Gmail side panel. It is off while either is empty: both name who may call, so that nobody else can."""

    service_account: news_fields.AddressOrNone = ""
    oauth_client_id: Annotated[str, AfterValidator(str.strip)] = ""

    @property
    def is_on(self) -> bool:
        return bool(self.service_account and self.oauth_client_id)


class Quota(Section):
    """What Gmail allows for one mailbox, and how much of it, in percent, is used as a matter of course."""

    units_per_minute: Annotated[Whole, Field(ge=600, le=1_000_000)] = 6_000
    share: fields.Share = 75


class Calendar(Section):
    """`hours` and `special_days` are written as `BusinessCalendar` takes them; days left out are closed."""

    zone: fields.Zone = "UTC"
    hours: fields.Week = dict.fromkeys(fields.WEEKDAYS[:5], (("09:00", "17:00"),))
    holidays: tuple[fields.Day, ...] = ()
    special_days: fields.SpecialDays = {}
    business_day: fields.BusinessDay = fields.BUSINESS_DAY

    @model_validator(mode="after")
    def _has_open_time(self) -> Calendar:
        try:
            self.opening_hours()
        except InboxSLAError as refused:
            raise ValueError(str(refused)) from refused
        return self

    def opening_hours(self) -> BusinessCalendar:
        return BusinessCalendar(self.zone, self.hours, self.holidays, self.special_days)


# Read like anything written, so that it follows the calendar's business day.
_THREE_BUSINESS_DAYS: Any = "3 business days"


class Policy(Section):
    name: fields.Name = "Default"
    first_response: fields.Promise = timedelta(hours=4)
    next_response: fields.Promise = timedelta(hours=8)
    resolution: fields.Promise = _THREE_BUSINESS_DAYS
    ladder: Ladder = (
        LadderStep(at=75, do=("remind_owner",)),
        LadderStep(at=90, do=("remind_owner",)),
        LadderStep(at=100, do=("notify_owner", "notify_lead", "reassign")),
    )
    medium_at: fields.Percent = 50
    urgent_at: fields.Percent = 75
    pauses: dict[Status, tuple[Metric, ...]] = {
        "waiting_on_customer": ("resolution",),
        "on_hold": ("next_response", "resolution"),
    }
    reply_sets_waiting: bool = True
    archiving_solves: bool = True
    reopening: Literal["resume", "restart"] = "resume"


class Assignment(Section):
    strategy: Literal["least_loaded", "round_robin", "manual"] = "least_loaded"
    reassign: Literal["if_needed", "always"] = "if_needed"
    cap_per_hour: Annotated[Whole, Field(ge=1, le=10_000)] = 10
    reassign_absent_after: fields.DurationOrNever = timedelta(days=1)


class Notify(Section):
    merge_within: fields.DurationOrNever = timedelta(minutes=20)
    cap_per_hour: Annotated[Whole, Field(ge=1, le=1_000)] = 20
    skip_early_under: fields.DurationOrNever = timedelta(hours=2)
    digest: bool = True
    sender_name: Annotated[str, Field(min_length=1)] = "InboxSLA"


class Labels(Section):
    owners: bool = True
    commands: bool = True


class Workers(Section):
    count: Annotated[Whole, Field(ge=1, le=64)] = 2


class Mailbox(Section):
    address: fields.Address
    aliases: tuple[fields.Address, ...] = ()
    own_lists: tuple[str, ...] = ()


class Person(Section):
    """`zone` empty: the calendar's. `mailboxes` empty: every configured one."""

    address: fields.Address
    name: fields.Name
    role: Literal["agent", "lead", "admin"] = "agent"
    zone: fields.ZoneOrNone = ""
    mailboxes: tuple[fields.Address, ...] = ()


class Settings(Section):
    data_dir: fields.Folder = Path("var")
    demo: bool = False
    redis_url: fields.RedisUrl = ""
    database_url: fields.DatabaseUrl = ""
    sealing_key: fields.SealingKeys = ""
    server: Server = Server()
    sign_in: SignIn = SignIn()
    google: Google = Google()
    sync: Sync = Sync()
    push: Push = Push()
    addon: Addon = Addon()
    quota: Quota = Quota()
    calendar: Calendar = Field(default_factory=Calendar)
    policy: Policy = Field(default_factory=dict, validate_default=True)
    assignment: Assignment = Assignment()
    notify: Notify = Notify()
    mail: Mail = Mail()
    smtp: Smtp = Smtp()
    alarms: Alarms = Alarms()
    labels: Labels = Labels()
    workers: Workers = Workers()
    webhooks: dict[HookName, Webhook] = {}
    mailboxes: tuple[Mailbox, ...] = ()
    people: tuple[Person, ...] = ()

    _config_file: Path | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> Settings:
        """Settings from plain data. “3 business days” is read with the tree's own `calendar.business_day`.

        Raises pydantic.ValidationError; `load` turns that into sentences.
        """
        return cls.model_validate(dict(tree), context={"business_day": _business_day(tree)})

    @property
    def config_file(self) -> Path | None:
        """The file these settings were read from, if any; processes started from this one read it again."""
        return self._config_file

    def poll_every(self, *, rung: bool) -> timedelta:
        """How often a mailbox is polled; `rung` says that notices of its news reach us."""
        return self.sync.poll_every or (POLL_BENEATH_PUSH if rung else POLL_EVERY)

    @property
    def push_audience(self) -> str:
        """Whom the token of a push must be meant for."""
        return self.push.audience or f"{self.server.url}/push/gmail"

    @property
    def sqlite_path(self) -> Path:
        return self.data_dir.absolute() / "inboxsla.sqlite3"

    @property
    def sql_url(self) -> str:
        """Where the data is, as SQLAlchemy writes it. May hold a password: see `masked`."""
        return self.database_url or f"sqlite:///{self.sqlite_path}"

    @property
    def embedded_socket(self) -> Path:
        """Where the embedded Valkey listens while `inboxsla run` runs, if `redis_url` is empty."""
        return self.data_dir.absolute() / "valkey" / "valkey.sock"

    @property
    def redis_address(self) -> str:
        """The server to ring at. May hold a password: see `masked`. The embedded one answers only while it runs."""
        return self.redis_url or socket_url(self.embedded_socket)

    def policy_data(self) -> dict[str, Any]:
        """The built-in policy as the plain data `inboxsla.domain.policy_data.from_data` reads; targets in whole seconds."""
        data = self.policy.model_dump(exclude={*get_args(Metric), "ladder"}, mode="json")
        data["ladder"] = [step.data() for step in self.policy.ladder]
        targets = {name: int(getattr(self.policy, name).total_seconds()) for name in get_args(Metric)}
        return data | {"targets": targets, "calendar": self.calendar.model_dump(exclude={"business_day"}, mode="json")}

    def zone_of(self, person: Person) -> str:
        """The zone a person reads times in."""
        return person.zone or self.calendar.zone

    def staff_of(self, mailbox: str) -> tuple[Person, ...]:
        """The people list of one mailbox, in the order it is written."""
        return tuple(person for person in self.people if not person.mailboxes or mailbox.lower() in person.mailboxes)


def socket_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}?db=0"


def _business_day(tree: Mapping[str, Any]) -> timedelta:
    """Read ahead of everything else; whatever is wrong with it is reported where it stands."""
    calendar = tree.get("calendar")
    written = (
        {"business_day": calendar["business_day"]}
        if isinstance(calendar, Mapping) and "business_day" in calendar
        else {}
    )
    try:
        return Calendar.model_validate(written).business_day
    except ValueError:
        return fields.BUSINESS_DAY
