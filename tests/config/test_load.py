from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from inboxsla.config import Settings, load, masked
from inboxsla.errors import ConfigMistakes


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "config.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(text: str | None = None, /, **environ: str) -> list[str]:
    path = None if text is None else write(text)
    with pytest.raises(ConfigMistakes) as caught:
        load(path, environ)
    return list(caught.value.mistakes)


def test_without_a_file_it_is_the_demo_of_the_bicycle_light_shop():
    settings = load(None, {})

    assert settings.demo
    assert [mailbox.address for mailbox in settings.mailboxes] == ["support@lumenvelo.example"]
    assert [(person.name, person.role) for person in settings.people] == [
        ("Ana Ruiz", "agent"),
        ("Jonas Weber", "agent"),
        ("Priya Nair", "agent"),
        ("Mehmet Yılmaz", "agent"),
        ("Claire Dubois", "admin"),
    ]
    assert settings.policy.first_response == timedelta(minutes=4)
    assert settings.calendar.opening_hours().is_open(datetime(2026, 11, 22, 3, tzinfo=UTC))
    assert settings.notify.cap_per_hour >= 200, "reminders do not dry up while somebody watches"


def test_the_environment_stands_above_the_demo():
    settings = load(None, {"INBOXSLA_POLICY__FIRST_RESPONSE": "2h", "INBOXSLA_SERVER__PORT": "8123", "HOME": "/root"})

    assert settings.demo
    assert settings.policy.first_response == timedelta(hours=2)
    assert settings.server.url == "http://127.0.0.1:8123"
    assert settings.policy.next_response == timedelta(minutes=6)


def test_saying_no_to_the_demo_leaves_the_defaults():
    assert load(None, {"INBOXSLA_DEMO": "false"}) == Settings()


def test_a_config_file_is_not_a_demo_unless_it_says_so():
    assert not load(write("data_dir = 'elsewhere'"), {}).demo

    said = load(write("demo = true\n[calendar.hours]\nmon = '10:00-12:00'"), {})

    assert said.mailboxes[0].address == "support@lumenvelo.example"
    assert said.calendar.hours == {"mon": (("10:00", "12:00"),)}, (
        "opening hours are replaced, not mixed with the demo's"
    )


def test_a_config_toml_beside_us_is_found_and_a_variable_can_name_another():
    write("[server]\nport = 8001")
    write("[server]\nport = 8002", "other.toml")

    assert load(None, {}).server.port == 8001
    assert load(None, {"INBOXSLA_CONFIG": "other.toml"}).server.port == 8002
    assert load(None, {"INBOXSLA_CONFIG": "other.toml"}).config_file == Path("other.toml")


def test_a_file_that_was_named_must_exist():
    with pytest.raises(ConfigMistakes, match=r"^nowhere\.toml: there is no such file"):
        load(Path("nowhere.toml"), {})


def test_every_mistake_is_reported_at_once_with_its_line_and_its_key():
    text = """\
data_dir = 7
[server]
port = 99999
hots = "127.0.0.1"

[calendar]
zone = "Europe/Berlinn"
holidays = ["2026-12-25", "2026-13-01"]
[calendar.hours]
mon = "25:00-26:00"
tuesday = "09:00-17:00"

[policy]
first_response = "4 dayz"
next_response = 8
ladder = [
  { at = 75, do = ["remind_owner"] },
  { at = 90, do = ["remind"] },
]
[[mailboxes]]
address = "support@lumen.example"
[[people]]
address = "ana at lumen.example"
[[people]]
address = "jonas@lumen.example"
name = "Jonas Weber"
role = "leader"
mailboxes = ["suport@lumen.example"]
"""
    assert sorted(mistakes(text, INBOXSLA_WORKERS__COUNT="many", INBOXSLA_SERVER__PROT="1")) == sorted(
        [
            "config.toml:1: data_dir: write the name of a folder in quotes, for example “var”.",
            "config.toml:3: server.port: “99999” is too large. The limit is 65535.",
            "config.toml:4: server.hots: there is no such key. Did you mean “host”?",
            "config.toml:7: calendar.zone: “Europe/Berlinn” is not a time zone we know. Did you mean “Europe/Berlin”?",
            "config.toml:8: calendar.holidays[2]: “2026-13-01” is not a date. Write it like 2026-12-24.",
            "config.toml:10: calendar.hours.mon: “25:00” is not a time of day. Write it like 09:00–17:00.",
            "config.toml:11: calendar.hours.tuesday: “tuesday” is not a weekday. The days are mon, tue, wed, thu, fri, sat, sun."
            " Did you mean “tue”?",
            "config.toml:14: policy.first_response: “4 dayz” is not a time we know. Write for example 45m, 2h 30m, 2:30 or"
            " 3 business days.",
            "config.toml:15: policy.next_response: 8 of what? Write for example “8h” or “8m”.",
            "config.toml:18: policy.ladder[2].do[1]: “remind” is not known here. Write remind_owner, notify_owner, notify_lead"
            " or reassign. Did you mean “remind_owner”?",
            "config.toml:22: people[1].name: this is missing.",
            "config.toml:23: people[1].address: “ana at lumen.example” is not a mail address. Write it like support@example.org.",
            "config.toml:27: people[2].role: “leader” is not known here. Write agent, lead or admin. Did you mean “lead”?",
            "config.toml:28: people[2].mailboxes[1]: “suport@lumen.example” is not one of the mailboxes."
            " Did you mean “support@lumen.example”?",
            "INBOXSLA_WORKERS__COUNT: “many” is not a whole number.",
            "INBOXSLA_SERVER__PROT: there is no such setting. Did you mean INBOXSLA_SERVER__PORT?",
        ]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\nport = 8000", "config.toml:2: port: there is no such key here. Did you mean “server.port”?"),
        ("server = 3", "config.toml:1: server: write a table here: [server] on a line of its own, its keys below."),
        ("[calendar.hours]\nmon = 'closed'", "config.toml:1: calendar: this calendar is never open"),
        ("[calendar]\nhours = 'always'", "config.toml:2: calendar.hours: “always” does not say when you are open."),
        ("[calendar.hours]\nmon = '10:00-10:00'", "config.toml:2: calendar.hours.mon: “10:00–10:00” is no time at all."),
        ("[calendar.special_days]\nxmas = 'closed'", "config.toml:2: calendar.special_days.xmas: “xmas” is not a date."),
        ("[policy]\nresolution = '0h'", "config.toml:2: policy.resolution: this must be longer than nothing."),
        ("[policy]\nmedium_at = 80", "config.toml:2: policy.medium_at: medium_at 80 and urgent_at 75 must rise"),
        ("[policy]\nladder = [{at=75, do=[]}]", "config.toml:2: policy.ladder[1]: this step does nothing. Write one or more of"),
        ("[policy]\nladder = [{at=5, do=['reassign']}, {at=5, do=['reassign']}]", "there are two steps at 5 %."),
        ("[policy.pauses]\nasleep = []", "config.toml:2: policy.pauses.asleep: “asleep” is not known here."),
        ("[sync]\nfirst_window = '3 business days'", "config.toml:2: sync.first_window: this length is not counted in"),
        ("[server]\nhost = '0.0.0.0'", "config.toml:2: server.host: host “0.0.0.0” opens the pages to the network, and nobody can"),
        ("[server]\nport = true", "config.toml:2: server.port: “True” is not a whole number."),
        ("demo = 'perhaps'", "config.toml:1: demo: “perhaps” is neither true nor false."),
        ("[[people]]\naddress='a@b.c'\nname='A'\n[[people]]\naddress='A@B.c'\nname='A'", "config.toml:5: people[2].address: “a@b.c” is there twice."),
    ],
)  # fmt: skip
def test_each_mistake_is_said_in_plain_words_where_it_stands(text: str, said: str):
    assert any(said in mistake for mistake in mistakes(text)), mistakes(text)


@pytest.mark.parametrize(
    ("text", "line"), [("[a] = var", 1), ("\n[server\nport = 1", 2), ("a = 1\na = 2", 2), ("a = [1,\n2", 2)]
)
def test_toml_that_cannot_be_read_is_named_with_its_line(text: str, line: int):
    assert mistakes(text)[0].startswith(f"config.toml:{line}: this line cannot be read as TOML (")


def test_a_broken_file_does_not_hide_a_mistaken_variable():
    assert len(mistakes("data_dir = var", INBOXSLA_NONSENSE="1")) == 2


def test_a_file_that_is_no_text_and_a_folder_are_mistakes(tmp_path: Path):
    Path("config.toml").write_bytes(b"data_dir = '\xff\xfe'")
    with pytest.raises(ConfigMistakes, match="not UTF-8"):
        load(Path("config.toml"), {})
    with pytest.raises(ConfigMistakes, match="cannot be read"):
        load(tmp_path, {})


def test_passwords_are_never_repeated():
    said = mistakes(INBOXSLA_DATABASE_URL="mysql://desk:s3cret@db/desk", INBOXSLA_REDIS_URL="http://:s3cret@cache")
    settings = load(None, {"INBOXSLA_DATABASE_URL": "postgres://desk:s3cret@db/desk"})

    assert len(said) == 2
    assert "s3cret" not in "".join(said) + repr(settings) + masked(settings.sql_url)
    assert masked(settings.sql_url) == "postgresql+psycopg://desk:…@db/desk"


def test_variables_can_hold_lists_and_tables_and_single_days():
    settings = load(
        None,
        {
            "INBOXSLA_CALENDAR__HOURS__MON": "08:00-12:00, 13:00–17:00",
            "INBOXSLA_CALENDAR__HOLIDAYS": "[2026-12-25]",
            "INBOXSLA_PEOPLE": '[{address = "ada@lumen.example", name = "Ada"}]',
        },
    )

    assert settings.calendar.hours["mon"] == (("08:00", "12:00"), ("13:00", "17:00"))
    assert settings.calendar.holidays == (date(2026, 12, 25),)
    assert [person.name for person in settings.people] == ["Ada"]
    assert mistakes(INBOXSLA_PEOPLE="[{address")[0].startswith("INBOXSLA_PEOPLE: this list or table cannot be read.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("INBOXSLA_SERVER", "this is a section. Set one of its keys, for example INBOXSLA_SERVER__BASE_URL."),
        ("INBOXSLA_PEOPLE__0__NAME", "INBOXSLA_PEOPLE is set as a whole, written as in config.toml."),
        ("INBOXSLA_DATABSE_URL", "there is no such setting. Did you mean INBOXSLA_DATABASE_URL?"),
        ("INBOXSLA_SERVER__PORT__X", "there is no such setting. Did you mean INBOXSLA_SERVER__PORT?"),
        ("INBOXSLA_", "there is no such setting."),
    ],
)
def test_a_variable_that_names_no_setting_is_told_what_it_may_have_meant(name: str, said: str):
    assert mistakes(INBOXSLA_SERVER__PORT="8000", **{name: "1"}) == [f"{name}: {said}"]


def test_a_variable_for_one_day_leaves_the_other_days_of_the_file():
    settings = load(
        write("[calendar.hours]\nmon = '9:00-12:00'\nfri = 'open'"), {"INBOXSLA_CALENDAR__HOURS__FRI": "closed"}
    )

    assert settings.calendar.hours == {"mon": (("09:00", "12:00"),), "fri": ()}


def test_a_list_in_the_file_replaces_the_demos_and_its_mistakes_are_pointed_at_in_the_file():
    assert mistakes("demo = true\n\n[[people]]\naddress = 'ada@lumen.example'") == [
        "config.toml:3: people[1].name: this is missing."
    ]


def test_a_promise_in_business_days_follows_the_length_of_the_business_day():
    assert load(None, {"INBOXSLA_DEMO": "false"}).policy.resolution == timedelta(hours=24)
    assert load(write("calendar.business_day = '7h 30m'"), {}).policy.resolution == timedelta(hours=22, minutes=30)
    assert load(write("policy.first_response = '2 days'"), {}).policy.first_response == timedelta(hours=16)
    assert len(mistakes("calendar.business_day = '30h'")) == 1


def test_settings_cannot_be_changed():
    settings = load(None, {})

    with pytest.raises(ValidationError):
        settings.server.port = 9000  # type: ignore[misc]


def test_people_without_mailboxes_belong_to_all_of_them_and_read_in_the_calendars_zone():
    settings = load(
        write(
            """
            calendar.zone = "Europe/Berlin"
            mailboxes = [{ address = "Support@Lumen.example" }, { address = "sales@lumen.example" }]
            people = [
              { address = "ana@lumen.example", name = "Ana" },
              { address = "mia@lumen.example", name = "Mia", zone = "America/New_York", mailboxes = ["sales@lumen.example"] },
            ]
            """
        ),
        {},
    )
    ana, mia = settings.people

    assert settings.staff_of("support@lumen.example") == (ana,)
    assert settings.staff_of("Sales@lumen.example") == (ana, mia)
    assert (settings.zone_of(ana), settings.zone_of(mia)) == ("Europe/Berlin", "America/New_York")


def test_the_addresses_of_data_are_absolute(tmp_path: Path):
    settings = load(None, {"INBOXSLA_DATA_DIR": "here"})

    assert settings.sqlite_path == tmp_path / "here" / "inboxsla.sqlite3"
    assert settings.sql_url == f"sqlite:///{tmp_path}/here/inboxsla.sqlite3"
    assert (
        load(None, {"INBOXSLA_SERVER__BASE_URL": "https://desk.example.org/"}).server.url == "https://desk.example.org"
    )
