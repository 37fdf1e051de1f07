"""Who is told of a reminder step, and when it waits for them."""

from __future__ import annotations

from typing import Any

from inboxsla.domain.duty import on_duty
from inboxsla.domain.people import Person, Team
from inboxsla.domain.recipients import Case, Nobody, Now, Wait, recipient
from tests.dice import Dice
from tests.laws import law_of
from tests.people import ANA, CLAIRE, HOUR, JONAS, MEHMET, PRIYA, june
from tests.staff import DAY_SHIFT, LATE_SHIFT, away, hours, person

OMAR = "omar@lumenvelo.example"
WEEK = ("2026-06-01", "2026-06-08")


def told(role: str, *people: Person, at: str = "1 12:00", due: str | None = "1 14:00", **more: Any) -> Any:
    """Addresses of who is told now; or the wait, or nobody."""
    team = more.pop("team", Team(""))
    case = Case(people, team, more.pop("owner", ANA), june(due) if due else None, **more)
    found = recipient(role, case, june(at))
    return [person.address for person in found.people] if isinstance(found, Now) else found


def why(role: str, *people: Person, at: str = "1 12:00", due: str = "1 14:00", **more: Any) -> str:
    found = recipient(role, Case(people, Team(""), ANA, june(due), **more), june(at))
    assert isinstance(found, Now)
    return found.why % {"names": " and ".join(person.name for person in found.instead_of)}


# Whom a step means


def test_a_reminder_goes_to_the_owner_and_to_nobody_else() -> None:
    """C52: never to everybody in the mailbox."""
    assert told("owner", person(ANA), person(JONAS), person(CLAIRE, "lead")) == [ANA]


def test_the_next_level_is_the_lead() -> None:
    """C52: the lead, beside the owner."""
    assert told("lead", person(ANA), person(JONAS), person(CLAIRE, "lead")) == [CLAIRE]


def test_in_a_mailbox_with_several_leads_each_is_told_and_in_a_team_its_own() -> None:
    leads = [person(CLAIRE, "lead"), person(OMAR, "lead")]
    assert told("lead", person(ANA), *leads) == [CLAIRE, OMAR]
    assert told("lead", person(ANA), *leads, team=Team("Billing", (ANA,), lead=OMAR)) == [OMAR]


def test_the_lead_on_duty_is_one_person_the_teams_own_if_there() -> None:
    leads = [person(CLAIRE, "lead"), person(OMAR, "lead", calendar=DAY_SHIFT)]
    billing = Team("Billing", (ANA,), lead=OMAR)
    assert told("on_duty_lead", person(ANA), *leads, team=billing) == [OMAR]
    assert told("on_duty_lead", person(ANA), *leads, team=billing, at="1 20:00", due="1 21:00") == [CLAIRE]


def test_a_team_is_told_as_far_as_it_is_on_duty_and_else_its_lead() -> None:
    team = (person(ANA), person(JONAS), person(PRIYA, calendar=LATE_SHIFT), person(CLAIRE, "lead"))
    gone = (person(ANA, "agent", away(*WEEK)), person(JONAS, "agent", away(*WEEK)), person(CLAIRE, "lead"))
    assert told("team", *team) == [ANA, JONAS]
    assert told("team", *team, team=Team("Billing", (JONAS, CLAIRE))) == [JONAS, CLAIRE]
    assert told("team", *gone) == [CLAIRE]
    assert told("team", person(CLAIRE, "lead"), person(OMAR, "admin")) == [CLAIRE]


def test_a_named_person_is_told_whoever_they_are() -> None:
    assert told("person", person(ANA), person(JONAS), person(CLAIRE, "lead"), named=JONAS) == [JONAS]


def test_where_nobody_owns_the_ticket_or_its_owner_has_left_the_leads_are_told() -> None:
    assert told("owner", person(JONAS), person(CLAIRE, "lead"), owner=None) == [CLAIRE]
    assert told("owner", person(JONAS), person(CLAIRE, "lead"), owner=ANA) == [CLAIRE]


def test_where_nobody_leads_admins_take_the_leads_place_and_then_everybody() -> None:
    assert told("lead", person(ANA), person(OMAR, "admin")) == [OMAR]
    assert told("lead", person(ANA), person(JONAS)) == [ANA, JONAS]


def test_a_person_named_who_is_not_on_the_list_is_stood_in_for_by_the_leads() -> None:
    people = (person(ANA), person(CLAIRE, "lead"))
    assert told("person", *people, named="boss@elsewhere.example") == [CLAIRE]
    assert "not on the people list" in why("person", *people, named="boss@elsewhere.example")


# Waiting for duty


def test_a_reminder_waits_for_the_owners_hours_if_they_begin_before_it_is_due() -> None:
    """C12, C58: nobody is mailed at midnight about what is due at noon."""
    ana = person(ANA, calendar=DAY_SHIFT)
    assert told("owner", ana, person(JONAS), at="2 00:00", due="2 12:00") == Wait(june("2 09:00"))


def test_if_the_owner_is_back_only_when_it_is_due_a_colleague_on_duty_is_told_now() -> None:
    """C42b: being unavailable never means that nobody is told."""
    ana = person(ANA, calendar=DAY_SHIFT)
    assert told("owner", ana, person(JONAS), at="1 20:00", due="2 09:00") == [JONAS]
    assert why("owner", ana, person(JONAS), at="1 20:00", due="2 09:00") == (
        "You get this in place of Ana Ruiz, off duty now."
    )


def test_a_clock_that_counts_round_the_clock_never_waits() -> None:
    """C12: quiet hours hold, unless the promise itself is round the clock."""
    ana = person(ANA, calendar=DAY_SHIFT)
    assert told("owner", ana, person(JONAS), at="2 00:00", due="2 12:00", always_on=True) == [JONAS]


def test_what_is_late_already_waits_for_nobody() -> None:
    ana = person(ANA, calendar=DAY_SHIFT)
    assert told("owner", ana, person(JONAS), at="1 20:00", due="1 20:00") == [JONAS]


def test_where_nothing_runs_out_there_is_time_to_wait() -> None:
    ana = person(ANA, calendar=DAY_SHIFT)
    assert told("owner", ana, person(JONAS), at="5 20:00", due=None) == Wait(june("8 09:00"))


def test_a_lead_is_waited_for_in_the_same_way() -> None:
    people = (person(ANA), person(CLAIRE, "lead", calendar=DAY_SHIFT), person(OMAR, "admin"))
    assert told("lead", *people, at="2 00:00", due="2 12:00") == Wait(june("2 09:00"))
    assert told("lead", *people, at="1 20:00", due="1 20:00") == [OMAR]


# The chain


def test_while_the_owner_is_absent_the_substitute_is_told() -> None:
    """C54, C55: people on vacation get no reminders; who stands in for them does, through all substitutes."""
    ana, jonas = person(ANA, "agent", away(*WEEK, JONAS)), person(JONAS, "agent", away(*WEEK, PRIYA))
    people = (ana, jonas, person(PRIYA), person(CLAIRE, "lead"))
    assert told("owner", *people) == [PRIYA]
    assert why("owner", *people) == "You get this because you stand in for Ana Ruiz."


def test_a_substitute_who_is_off_duty_is_waited_for_if_there_is_time() -> None:
    people = (person(ANA, "agent", away(*WEEK, JONAS)), person(JONAS, calendar=DAY_SHIFT), person(PRIYA))
    assert told("owner", *people, at="2 00:00", due="2 12:00") == Wait(june("2 09:00"))
    assert told("owner", *people, at="2 00:00", due="2 08:00") == [PRIYA]


def test_the_chain_goes_from_colleagues_to_the_teams_lead_to_any_lead_to_any_admin() -> None:
    """C42b: along the chain until somebody is on duty."""
    owner = person(ANA, "agent", away(*WEEK))
    colleague, stranger = person(JONAS), person(PRIYA)
    own_lead, lead, admin = person(MEHMET, "lead"), person(CLAIRE, "lead"), person(OMAR, "admin")
    billing = Team("Billing", (ANA, JONAS), lead=MEHMET)
    chain = [colleague, own_lead, lead, admin]
    for n, expected in enumerate(chain):
        assert told("owner", owner, stranger, *chain[n:], team=billing) == [expected.address]
    nobody = told("owner", owner, stranger, team=billing)
    assert isinstance(nobody, Nobody)


def test_not_one_colleague_alone_gets_what_an_absent_one_is_owed() -> None:
    people = (person(ANA, "agent", away(*WEEK)), person(JONAS), person(PRIYA))
    assert {told("owner", *people, turn=ticket)[0] for ticket in range(10)} == {JONAS, PRIYA}


def test_with_nobody_on_duty_the_answer_is_an_alarm_and_when_somebody_is_back() -> None:
    """C42b: nobody reachable is said, never passed over."""
    people = (person(ANA, calendar=LATE_SHIFT), person(JONAS, calendar=DAY_SHIFT))
    assert told("owner", *people, at="1 22:00", due="1 22:00") == Nobody(
        "nobody on the people list is on duty", june("2 09:00")
    )
    assert told("owner") == Nobody("nobody is on the people list", None)


SHIFTS = (None, DAY_SHIFT, LATE_SHIFT, hours("22:00", "06:00"))


def rows(dice: Dice) -> list[Any]:
    """Role, shift, whether away, and the place of the substitute."""
    return dice.some(
        lambda each: (
            each.one_of(("agent", "lead", "admin")), each.one_of(SHIFTS), each.yes(), each.one_of((None, 0, 1, 2))
        ),
        4,
    )  # fmt: skip


def case(dice: Dice) -> tuple[str, int, int, bool, str | None]:
    """Who is told, when (hours into June), the hours left, whether the clock always runs, and the owner."""
    role = dice.one_of(("owner", "team", "lead", "on_duty_lead", "person"))
    return role, dice.below(24 * 9 + 1), dice.between(-5, 48), dice.yes(), dice.one_of((ANA, None))


@law_of(rows, case)
def test_who_is_told_is_on_duty_and_nobody_is_passed_over_while_somebody_is(
    rows: list[Any], case: tuple[str, int, int, bool, str | None]
) -> None:
    role, hour, left, always_on, owner = case
    addresses = (ANA, JONAS, CLAIRE, OMAR)
    people = [
        person(
            address,
            its_role,
            *([away(*WEEK, addresses[to] if to is not None else None)] if gone else []),
            calendar=shift,
        )
        for address, (its_role, shift, gone, to) in zip(addresses, rows, strict=False)
    ]
    at = june("1 00:00") + hour * HOUR
    asked = Case(people, Team(""), owner, at + left * HOUR, always_on, JONAS)
    found = recipient(role, asked, at)
    if isinstance(found, Now):
        assert found.people
        assert all(on_duty(one, at) for one in found.people)
    elif isinstance(found, Wait):
        assert not always_on
        assert at < found.until < at + left * HOUR
        assert not isinstance(recipient(role, asked, found.until), Nobody)
    else:
        reachable = (
            people if role != "owner" else [one for one in people if one.role != "agent" or one.address != owner]
        )
        assert not any(on_duty(one, at) for one in reachable)
        assert found.until is None or found.until > at
