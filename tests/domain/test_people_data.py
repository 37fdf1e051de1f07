"""People and teams as an admin writes them, and what is said about mistakes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from inboxsla.domain.people import Absence, Strategy, Team, absences_data, team_data, team_of
from inboxsla.domain.people_data import people_from_data
from inboxsla.domain.teams_data import teams_from_data
from inboxsla.errors import ConfigMistakes
from tests.people import ANA, CLAIRE, JONAS, OFFICE, OFFICE_HOURS, PRIYA
from tests.staff import person

WEEKDAYS_IN_LONDON = {"zone": "Europe/London", "hours": OFFICE_HOURS}
STAFF = [person(ANA, skills=["billing"]), person(JONAS), person(CLAIRE, "lead")]


def row(address: str = ANA, name: str = "Ana Ruiz", **more: Any) -> dict[str, Any]:
    return {"address": address, "name": name, **more}


def absence(first: Any, back: Any, substitute: str | None = None) -> dict[str, Any]:
    return {"from": first, "until": back, "substitute": substitute}


def wrong_with(*rows: Any) -> list[str]:
    with pytest.raises(ConfigMistakes) as refused:
        people_from_data(rows)
    return list(refused.value.mistakes)


def wrong_with_team(**team: Any) -> list[str]:
    with pytest.raises(ConfigMistakes) as refused:
        teams_from_data([{"name": "Billing", "members": [ANA], **team}], STAFF)
    return list(refused.value.mistakes)


def test_everything_about_a_person_is_read() -> None:
    (ana, _) = people_from_data(
        [
            row(
                " Ana@LumenVelo.example ",
                role="lead",
                calendar=WEEKDAYS_IN_LONDON,
                skills=["Billing", "french"],
                capacity=20,
                absences=[absence(date(2026, 12, 24), "2027-01-02", JONAS)],
            ),
            row(JONAS, "Jonas Weber"),
        ]
    )
    assert (ana.address, ana.role, ana.zone, ana.calendar) == (ANA, "lead", "Europe/London", OFFICE)
    assert (ana.skills, ana.capacity) == ({"billing", "french"}, 20)
    assert ana.absences == (Absence(date(2026, 12, 24), date(2027, 1, 2), JONAS),)
    assert absences_data(ana) == [{"from": "2026-12-24", "until": "2027-01-02", "substitute": JONAS}]


def test_little_need_be_said_about_a_person() -> None:
    assert people_from_data([row(zone="Europe/London")]) == [person(ANA)]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"address": "ana"}, "the address “ana” is not a mail address; write it like ana@example.org."),
        ({"role": "boss"}, "“boss” is not a role; write agent, lead, admin."),
        ({"zone": "Europe/Berln"}, "there is no time zone “Europe/Berln”; write an IANA name such as Europe/Berlin."),
        ({"capacity": 0}, "capacity “0” must be a whole number of tickets, at least 1; leave it out for no limit."),
        ({"capacity": True}, "capacity “True” must be a whole number of tickets, at least 1; leave it out for no limit."),
        ({"skills": "billing"}, 'skills: expected a list such as ["billing", "french"], found “billing”.'),
        ({"skills": ["billing", " "]}, "skills: a skill is a word such as billing; one of them is empty or not text."),
        ({"calendar": "office"}, "“office” is not a calendar; give zone, hours, holidays and special_days."),
        (
            {"calendar": {"zone": "UTC", "hours": {"mon": [("09:00", "09:00")]}}},
            "calendar: hours.mon: the period 09:00–09:00 is empty; the whole day is 00:00–24:00",
        ),
        ({"calendar": {}}, "calendar: this calendar is never open; give at least one weekday a period."),
        ({"shift": "late"}, None),
        ({"absences": [absence("2026-12-24", "Christmas")]}, "an absence has “Christmas” as until; write a date like 2026-12-24."),
        ({"absences": [absence("9999-12-24", "9999-12-31")]}, "an absence has “9999-12-24” as from; write a date like 2026-12-24."),
        (
            {"absences": [absence("2026-12-24", "2026-12-20")]},
            "an absence from 2026-12-24 until 2026-12-20 ends before it begins; until is the first day back.",
        ),
        (
            {"absences": [absence("2026-12-24", "2026-12-24")]},
            "an absence from 2026-12-24 until 2026-12-24 ends before it begins; until is the first day back.",
        ),
        ({"absences": [absence("2026-12-24", "2026-12-27", ANA)]}, "nobody can stand in for themselves; name somebody else."),
        (
            {"absences": [absence("2026-12-24", "2026-12-27", "jonas@lumenvelo.exmple")]},
            "the substitute jonas@lumenvelo.exmple is not on the people list. Did you mean jonas@lumenvelo.example?",
        ),
    ],
)  # fmt: skip
def test_a_mistake_about_a_person_is_said_with_their_name(more: dict[str, Any], says: str | None) -> None:
    said = wrong_with({**row(), **more}, row(JONAS, "Jonas Weber"))
    if says is None:
        assert said[0].startswith("“shift” says nothing about a person; what can be said is address, name,")
    else:
        assert f"Ana Ruiz: {says}" in said


def test_all_mistakes_are_said_at_once() -> None:
    said = wrong_with(
        "ana", row(name="", capacity=-1), row(JONAS, "Jonas Weber", role="boss"), row(JONAS, "Jonas again")
    )
    assert said == [
        "“ana” is not a person; write address, name and so on.",
        "ana@lumenvelo.example: the name is missing.",
        "ana@lumenvelo.example: capacity “-1” must be a whole number of tickets, at least 1; leave it out for no limit.",
        "Jonas Weber: “boss” is not a role; write agent, lead, admin.",
        "jonas@lumenvelo.example is on the people list twice; put what belongs to this person in one place.",
    ]


def test_substitutes_who_would_stand_in_for_each_other_are_refused() -> None:
    """C55: a circle is refused when it is saved."""
    said = wrong_with(
        row(absences=[absence("2026-12-20", "2026-12-28", JONAS)]),
        row(JONAS, "Jonas Weber", absences=[absence("2026-12-24", "2027-01-02", PRIYA)]),
        row(PRIYA, "Priya Nair", absences=[absence("2026-12-27", "2026-12-29", ANA)]),
    )
    assert said == [
        "Ana Ruiz, Jonas Weber, Priya Nair stand in for each other while all of them are away on 2026-12-27; "
        "name somebody who is there."
    ]


def test_standing_in_for_each_other_at_different_times_is_fine() -> None:
    assert people_from_data(
        [
            row(absences=[absence("2026-12-20", "2026-12-24", JONAS)]),
            row(JONAS, "Jonas Weber", absences=[absence("2026-12-24", "2027-01-02", ANA)]),
        ]
    )


def test_everything_about_a_team_is_read_and_written() -> None:
    (billing,) = teams_from_data(
        [
            {
                "name": "Billing",
                "lead": CLAIRE,
                "members": [ANA, JONAS, ANA],
                "strategy": "skill",
                "skills": ["Billing"],
                "reassign_absent_after": 4 * 3600,
            }
        ],
        STAFF,
    )
    assert billing == Team(
        "Billing", (ANA, JONAS), CLAIRE, Strategy.SKILL, None, frozenset({"billing"}), timedelta(hours=4)
    )
    assert team_of("Billing", team_data(billing)) == billing


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"name": ""}, "Team “”: a team needs a name of at most 64 characters."),
        ({"members": []}, "Team “Billing”: it has no members; name at least one."),
        ({"members": ANA}, f'Team “Billing”: members: expected a list such as ["ana@example.org"], found “{ANA}”.'),
        ({"members": [ANA, PRIYA]}, f"Team “Billing”: the member {PRIYA} is not on the people list."),
        ({"lead": PRIYA}, f"Team “Billing”: the lead {PRIYA} is not on the people list."),
        (
            {"strategy": "loudest"},
            "Team “Billing”: “loudest” is not a way to hand tickets out; write least_loaded, round_robin, skill, fixed, nobody.",
        ),
        ({"strategy": "fixed"}, "Team “Billing”: its tickets go to one fixed person; say who with person."),
        ({"person": ANA}, "Team “Billing”: person is for the strategy fixed only; the strategy is least_loaded."),
        ({"strategy": "skill"}, "Team “Billing”: its tickets go by skills; say which with skills."),
        ({"skills": ["billing"]}, "Team “Billing”: skills are for the strategy skill only; the strategy is least_loaded."),
        ({"strategy": "skill", "skills": ["french"]}, "Team “Billing”: none of its members has the skill “french”."),
        ({"reassign_absent_after": "4h"}, "Team “Billing”: reassign_absent_after is “4h”; it is a length of time in seconds."),
        ({"color": "red"}, "“color” says nothing about a team; what can be said is name, lead, members, strategy, person, skills, reassign_absent_after."),
    ],
)  # fmt: skip
def test_a_mistake_about_a_team_is_said_with_its_name(more: dict[str, Any], says: str) -> None:
    assert any(each.startswith(says) for each in wrong_with_team(**more))


def test_two_teams_cannot_have_the_same_name() -> None:
    rows = [{"name": name, "members": [ANA]} for name in ("Billing", "billing")]
    with pytest.raises(ConfigMistakes, match="There are two teams “Billing”"):
        teams_from_data(rows, STAFF)
