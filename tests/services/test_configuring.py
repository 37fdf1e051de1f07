"""Saving a configuration: looked at first, then all of it or nothing, and from then on it governs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from inboxsla.errors import ConfigMistakes, Missing, Refused
from inboxsla.services import assign, checkup, configuring, importing, in_force, rollout, setup
from inboxsla.services.configuring import Fate
from inboxsla.services.ports import Ports
from inboxsla.storage import people, policies
from inboxsla.storage.schema import audit, configurations, teams
from inboxsla.storage.schema import policies as policies_table
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk, settings
from tests.services.mailbox_files import Mail, written


def exported(desk: Desk, **replaced: str) -> str:
    """The configuration in force with some words replaced: first="4h" stands for the first response."""
    text = configuring.export(desk.ports)
    for old, new in (each.split(" → ") for each in replaced.values()):
        assert old in text, text
        text = text.replace(old, new)
    return text


def import_(desk: Desk, text: str, open_too: bool | None = None) -> configuring.Saved:
    return configuring.import_(desk.ports, text, "Claire Dubois", open_too, "desk.toml")


def rows(desk: Desk, *columns: Any) -> list[tuple[Any, ...]]:
    with desk.database.read() as conn:
        return [tuple(row) for row in conn.execute(select(*columns).order_by(columns[0].table.c.id))]


OUTAGE = """
[[policies]]
name = "Outage"
calendar = "24x7"
[policies.targets]
first_response = "30m"
resolution = "2h"
"""


def test_until_something_is_saved_the_settings_are_the_configuration(desk: Desk) -> None:
    now = configuring.current(desk.ports)

    assert now.version is None
    assert now.document.default_policy == "Default"
    assert [person.address for person in now.document.people] == [ANA, JONAS, CLAIRE]
    assert (now.document.teams[0].members, now.document.teams[0].lead) == ((ANA, JONAS), CLAIRE)
    assert now.team_of(SUPPORT) == "", "until then everybody on the list shares the work"
    assert now.zone == "Europe/Berlin"
    assert "config.toml" in in_force.said(desk.ports)


def test_what_is_exported_changes_nothing_when_it_is_imported(desk: Desk) -> None:
    assert configuring.plan(desk.ports, configuring.export(desk.ports)).changes == ()
    assert import_(desk, configuring.export(desk.ports)).version is None

    import_(desk, exported(desk, first="4h → 2h") + OUTAGE)
    saved = configuring.export(desk.ports)

    assert 'first_response = "2h"' in saved
    assert configuring.plan(desk.ports, saved).changes == ()
    assert import_(desk, saved).version is None
    assert rows(desk, configurations.c.version) == [(1,)]


def test_a_plan_says_what_would_be_made_and_writes_nothing(desk: Desk) -> None:
    """C18: on saving one is shown how many tickets it concerns."""
    for _ in range(2):
        desk.writes(subject="Lamp")
    desk.sync()
    before = rows(desk, policies_table.c.id)
    logged = rows(desk, audit.c.what)
    plan = configuring.plan(desk.ports, exported(desk, first="4h → 2h") + OUTAGE)

    assert [(change.section, change.name, change.what) for change in plan.changes] == [
        ("policies", "Default", "changed"),
        ("policies", "Outage", "added"),
    ]
    assert plan.changes[0].details == ("first response: 4h → 2h",)
    assert plan.fates == (Fate("Default", "new version", 2, 2), Fate("Outage", "new version", 1, 0))
    assert plan.open_tickets == 2
    assert plan.concerns_open_tickets
    assert rows(desk, policies_table.c.id) == before
    assert rows(desk, configurations.c.id) == []
    assert rows(desk, audit.c.what) == logged


def test_every_mistake_is_named_and_then_nothing_is_saved(desk: Desk) -> None:
    text = exported(desk, first="4h → 2x", zone="Europe/Berlin → Europe/Berlinn", who=f"{ANA} → ana")
    before = rows(desk, policies_table.c.id, policies_table.c.body)

    for act in (lambda: configuring.plan(desk.ports, text, "desk.toml"), lambda: import_(desk, text)):
        with pytest.raises(ConfigMistakes) as caught:
            act()
        assert all(mistake.startswith("desk.toml:") for mistake in caught.value.mistakes)
        assert {mistake.split(": ")[1] for mistake in caught.value.mistakes} >= {
            "calendars.office.zone",
            "policies[1].targets.first_response",
            "people[1].address",
            "teams[1].members[1]",
        }
    assert rows(desk, policies_table.c.id, policies_table.c.body) == before
    assert rows(desk, configurations.c.id) == []


def test_a_mailbox_that_is_not_there_is_refused_and_an_imported_one_is_there(desk: Desk, tmp_path: Any) -> None:
    text = configuring.export(desk.ports) + '\n[[mailboxes]]\naddress = "sales@lumenvelo.example"\n'
    with pytest.raises(ConfigMistakes, match="“sales@lumenvelo.example” is not one of the mailboxes known here"):
        configuring.plan(desk.ports, text)

    importing.read(
        desk.ports, written(tmp_path / "a.mbox", Mail("1")), "sales@lumenvelo.example", [ANA], [], lambda _: None
    )
    assert configuring.plan(desk.ports, text).changes[0].section == "mailboxes"


def test_saving_puts_policies_people_and_teams_in_force(desk: Desk) -> None:
    text = (
        exported(
            desk, name="Ana Ruiz → Ana Ruiz-Weber", box='team = "Support"\n → team = "Support"\npolicy = "Outage"\n'
        )
        + OUTAGE
    )
    saved = import_(desk, text)

    with desk.database.read() as conn:
        assert [person.name for person in people.of_mailbox(conn, desk.id)][0] == "Ana Ruiz-Weber"
        newest = policies.newest_id(conn, desk.mailbox.policy_name)
        assert newest is not None
        assert policies.get(conn, newest).policy.name == "Outage"
    assert (saved.version, saved.open_too) == (1, False)
    assert [
        (name, body["members"], active) for name, body, active in rows(desk, teams.c.name, teams.c.body, teams.c.active)
    ] == [("Support", [ANA, JONAS], True)]
    assert configuring.current(desk.ports).team_of(SUPPORT) == "Support"


def test_only_a_policy_that_says_something_new_becomes_a_new_version(desk: Desk) -> None:
    import_(desk, configuring.export(desk.ports) + OUTAGE)
    import_(desk, exported(desk, name="Ana Ruiz → Ana Ruiz-Weber"))
    import_(desk, exported(desk, length='"4h" → "240m"'))
    import_(desk, exported(desk, length='"30m" → "20m"'))

    assert rows(desk, policies_table.c.name, policies_table.c.version) == [("Default", 1), ("Outage", 1), ("Outage", 2)]
    assert rows(desk, configurations.c.version) == [(1,), (2,), (3,), (4,)]


def test_new_tickets_get_what_is_promised_now_and_open_ones_keep_what_they_had(desk: Desk) -> None:
    old = desk.writes(subject="Before").thread_id
    desk.sync()
    import_(desk, exported(desk, first="4h → 2h"))
    new = desk.writes(subject="After").thread_id
    desk.sync()

    with desk.database.read() as conn:
        assert [policies.get(conn, desk.ticket(thread).policy_id).version for thread in (old, new)] == [1, 2]


def test_whether_open_tickets_get_it_too_is_kept_with_the_configuration(desk: Desk) -> None:
    """C18: new ones only, or open ones too; a change of nothing but calendars reaches them unless it is said not to."""
    desk.writes()
    desk.sync()
    holiday = 'business_day = "8h"\n → business_day = "8h"\nholidays = [2026-12-25]\n'

    assert not import_(desk, exported(desk, first="4h → 3h")).open_too
    assert import_(desk, exported(desk, first="3h → 2h"), open_too=True).open_too
    assert import_(desk, exported(desk, holiday=holiday)).open_too
    assert not import_(desk, exported(desk, holiday="2026-12-25 → 2026-12-26"), open_too=False).open_too
    assert not import_(desk, exported(desk, name="Ana Ruiz → Ana"), open_too=True).open_too, "people are no promise"
    assert rows(desk, configurations.c.open_too) == [(False,), (True,), (True,), (False,), (False,)]


def test_a_team_that_a_mailbox_gets_is_given_what_nobody_has_yet(desk: Desk) -> None:
    """While setting up, mail is read before anybody is named who could answer it."""
    waits = desk.writes(subject="Read before there was a team").thread_id
    desk.sync()
    body = dict(configuring.current(desk.ports).body)
    body["teams"] = [{"name": "Desk", "members": [CLAIRE]}]
    body["mailboxes"] = [{"address": SUPPORT, "team": "Desk"}]

    configuring.save(desk.ports, body, "Claire Dubois", open_too=True)
    rollout.roll_out(desk.ports)
    assign.drain(desk.ports, desk.id)

    assert (desk.ticket(waits).team, desk.ticket(waits).owner) == ("Desk", CLAIRE)


def test_the_audit_log_says_what_was_before_and_what_came_after(desk: Desk) -> None:
    """C51: a policy that is switched off or removed is logged."""
    import_(desk, configuring.export(desk.ports) + OUTAGE + OUTAGE.replace("Outage", "VIP"))
    off = configuring.export(desk.ports).replace('name = "VIP"', 'name = "VIP"\nenabled = false')
    import_(desk, off.replace(OUTAGE.strip(), ""))
    logged = rows(desk, audit.c.what, audit.c.actor, audit.c.before, audit.c.after)[-3:]

    assert [entry[:2] for entry in logged] == [
        ("configuration 2 saved", "Claire Dubois"),
        ("policy Outage removed", "Claire Dubois"),
        ("policy VIP switched off", "Claire Dubois"),
    ]
    before, after = logged[0][2:]
    assert list(before) == list(after) == ["policies"]
    assert [policy["name"] for policy in before["policies"]] == ["Default", "Outage", "VIP"]
    assert [policy["name"] for policy in after["policies"]] == ["Default", "VIP"]
    assert logged[1][2]["targets"]["resolution"] == {"normal": 7200}


def test_what_happens_to_a_policy_that_goes_is_said_with_the_tickets_under_it(desk: Desk) -> None:
    desk.writes()
    desk.sync()
    text = exported(desk, name='"Default" → "Renamed"')

    assert configuring.plan(desk.ports, text).fates == (
        Fate("Renamed", "new version", 1, 0),
        Fate("Default", "removed", None, 1),
    )


def test_once_saved_the_configuration_governs_whatever_the_settings_say(desk: Desk) -> None:
    import_(desk, exported(desk, first="4h → 2h"))
    changed = settings(policy={"first_response": "1h"}, people=[{"address": ANA, "name": "Somebody else"}])
    ports = Ports(changed, desk.ports.db, desk.ports.bell, desk.ports.now, desk.ports.mailbox)
    setup.prepare(ports)
    setup.prepare(ports)

    with desk.database.read() as conn:
        assert [person.address for person in people.of_mailbox(conn, desk.id)] == [ANA, CLAIRE, JONAS]
    assert rows(desk, policies_table.c.version) == [(1,), (2,)]
    said = "those of configuration 1, saved 24 Nov 2026 10:48 CET by Claire Dubois"
    assert any(said in line.words for line in checkup.found(ports)), [line.words for line in checkup.found(ports)]


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unseen(desk: Desk) -> None:
    mine, theirs = exported(desk) + OUTAGE, exported(desk).replace("Ana Ruiz", "Ana Ruiz-Sanz")
    seen = configuring.plan(desk.ports, mine)
    import_(desk, theirs)

    with pytest.raises(Refused, match="Configuration 1 was saved by somebody else while you looked"):
        configuring.import_(desk.ports, mine, "Claire Dubois", None, seen=seen)
    assert configuring.current(desk.ports).version == 1

    again = configuring.plan(desk.ports, mine)
    assert "Ana Ruiz-Sanz" in str(again.changes), "the second look shows what would be lost"
    assert configuring.import_(desk.ports, mine, "Claire Dubois", None, seen=again).version == 2


def test_plain_data_is_saved_as_text_is(desk: Desk) -> None:
    body = dict(configuring.current(desk.ports).body)
    saved = configuring.save(desk.ports, body | {"tags": ["standard"]}, "Claire Dubois", None)

    assert saved.version == 1
    assert configuring.current(desk.ports).document.tags == ("standard",)
    with pytest.raises(ConfigMistakes, match=r"^default_policy: “Gold” is not one of the policies"):
        configuring.save(desk.ports, body | {"default_policy": "Gold"}, "Claire Dubois", None)


def test_a_ready_made_policy_goes_the_same_way(desk: Desk) -> None:
    planned = configuring.plan_template(desk.ports, "outage", None)
    saved = configuring.apply_template(desk.ports, "outage", None, "Claire Dubois", None)

    assert saved.plan == planned
    assert [(change.section, change.name) for change in planned.changes] == [
        ("policies", "Outage"),
        ("rules", "Outages"),
    ]
    assert [rule.name for rule in configuring.current(desk.ports).document.rules] == ["Outages"]
    with pytest.raises(Missing):
        configuring.plan_template(desk.ports, "outage!", None)


def test_mail_from_a_file_is_judged_by_the_saved_configuration(desk: Desk, tmp_path: Any) -> None:
    import_(desk, exported(desk, first="4h → 2h"))
    for _ in range(2):
        read = importing.read(desk.ports, written(tmp_path / "a.mbox", Mail("1")), SUPPORT, [], [], lambda _: None)
        importing.build(desk.ports, read, lambda _: None)

    assert rows(desk, policies_table.c.name, policies_table.c.version) == [("Default", 1), ("Default", 2)]
    with desk.database.read() as conn:
        assert [person.address for person in people.of_mailbox(conn, read.mailbox_id)] == [ANA, CLAIRE, JONAS]
