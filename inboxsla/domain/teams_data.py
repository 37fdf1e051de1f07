"""Teams as plain data, read into values; everything that is wrong with them is reported at once, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from inboxsla.domain.people import Person, Strategy, Team
from inboxsla.domain.people_data import is_table, not_listed, read_address, read_skills
from inboxsla.errors import ConfigMistakes

_KEYS = ("name", "lead", "members", "strategy", "person", "skills", "reassign_absent_after")
LONGEST_NAME = 64


def teams_from_data(rows: Sequence[Mapping[str, Any]], people: Iterable[Person]) -> list[Team]:
    """The teams that plain data describes: name, lead, members, strategy, person, skills, reassign_absent_after (seconds).

    Raises ConfigMistakes naming everything that is wrong, people who are not on the list included.
    """
    mistakes: list[str] = []
    listed = {person.address: person for person in people}
    teams = [_team(row, listed, mistakes) for row in rows if is_table(row, "a team", _KEYS, mistakes)]
    names = [team.name.casefold() for team in teams if team.name]
    for twice in sorted({team.name for team in teams if names.count(team.name.casefold()) > 1}):
        mistakes.append(f"There are two teams “{twice}”; give one of them another name.")
    if mistakes:
        raise ConfigMistakes(mistakes)
    return teams


def _team(row: Mapping[str, Any], listed: Mapping[str, Person], mistakes: list[str]) -> Team:
    wrong: list[str] = []
    name = str(row.get("name") or "").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        wrong.append(f"a team needs a name of at most {LONGEST_NAME} characters.")
    strategy = row.get("strategy", Strategy.LEAST_LOADED)
    if strategy not in tuple(Strategy):
        wrong.append(f"“{strategy}” is not a way to hand tickets out; write {', '.join(Strategy)}.")
        strategy = Strategy.NOBODY
    team = Team(
        name,
        tuple(dict.fromkeys(_listed(each, "member", listed, wrong) for each in _members(row.get("members"), wrong))),
        _listed(row["lead"], "lead", listed, wrong) if row.get("lead") is not None else None,
        Strategy(strategy),
        _listed(row["person"], "person", listed, wrong) if row.get("person") is not None else None,
        read_skills(row.get("skills"), wrong),
        _after(row.get("reassign_absent_after"), wrong),
    )
    wrong.extend(_does_not_fit(team, listed))
    mistakes.extend(f"Team “{name}”: {each}" for each in wrong)
    return team


def _members(written: object, wrong: list[str]) -> Sequence[object]:
    if written is None:
        return ()
    if isinstance(written, str) or not isinstance(written, Sequence):
        wrong.append(f'members: expected a list such as ["ana@example.org"], found “{written}”.')
        return ()
    return written


def _listed(written: object, what: str, listed: Mapping[str, Person], wrong: list[str]) -> str:
    address = read_address(written, what, wrong)
    if "@" in address and address not in listed:
        wrong.append(f"the {what} {not_listed(address, listed)}")
    return address


def _after(written: object, wrong: list[str]) -> timedelta | None:
    if written is None or isinstance(written, timedelta):
        return written
    if not isinstance(written, int | float) or isinstance(written, bool) or written < 0:
        wrong.append(f"reassign_absent_after is “{written}”; it is a length of time in seconds.")
        return None
    return timedelta(seconds=written)


def _does_not_fit(team: Team, listed: Mapping[str, Person]) -> Iterable[str]:
    """What is wrong between the strategy and the rest."""
    fixed, skilled = team.strategy is Strategy.FIXED, team.strategy is Strategy.SKILL
    if fixed and team.person is None:
        yield "its tickets go to one fixed person; say who with person."
    if team.person is not None and not fixed:
        yield f"person is for the strategy fixed only; the strategy is {team.strategy}."
    if skilled and not team.skills:
        yield "its tickets go by skills; say which with skills."
    if team.skills and not skilled:
        yield f"skills are for the strategy skill only; the strategy is {team.strategy}."
    if not team.members and not fixed:
        yield "it has no members; name at least one."
    able = frozenset(skill for address in team.members or () if address in listed for skill in listed[address].skills)
    for skill in sorted(team.skills - able) if skilled and team.members else ():
        yield f"none of its members has the skill “{skill}”."
