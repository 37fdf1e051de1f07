"""What a change would mean is told before it is saved; and it is what happens when it is saved for open tickets too."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from inboxsla.config.document import Document, read
from inboxsla.domain.clock import Urgency
from inboxsla.services import configuring, effects, in_force, rollout
from inboxsla.services.effects import Effect
from tests.builders import Desk
from tests.services.test_ruling import BASE, RULES, saved

SHORTER = BASE.replace('first_response = "4h"', 'first_response = "110m"')
LAMPS = """
[[rules]]
name = "Lamps"
when = {subject = {contains = "lamp"}}
then = {policy = "Outage"}
"""
LATE = """
[calendars.early]
zone = "UTC"
hours = {{mon = "{0}", tue = "{0}", wed = "{0}", thu = "{0}", fri = "{0}", sat = "{0}", sun = "{0}"}}

[[rules]]
name = "Late"
when = {{hours = {{is = "closed", calendar = "early"}}}}
then = {{policy = "Outage"}}
"""
COMING_BACK = """
[[rules]]
name = "Coming back"
when = {repeated = {at_least = 2, days = 30}}
then = {priority = "critical"}
"""


def drafted(desk: Desk, text: str) -> Document:
    text = text.replace('tags = ["multi-touch"]', 'tags = ["multi-touch", "outage"]')
    return read(text, "draft", desk.clock()).document


def foretold(desk: Desk, text: str) -> Effect:
    return effects.effect(desk.ports, drafted(desk, text), desk.clock())


@pytest.fixture
def busy(one_desk: Desk) -> Desk:
    """Mail of every hour for three hours, one answered, one solved, one that has just come in."""
    saved(one_desk, BASE + RULES)
    now = one_desk.clock()
    subjects = ("Invoice 1181", "Outage since 9", "Lamp")
    first, *_ = [
        one_desk.writes(subject=subject, at=now - timedelta(hours=3 - nth)).thread_id
        for nth, subject in enumerate(subjects)
    ]
    gone = one_desk.writes("kofi@customer.example", subject="Thank you").thread_id
    one_desk.writes(subject="Another lamp")
    one_desk.sync()
    one_desk.answers(first)
    one_desk.archives(gone)
    one_desk.clock.forward(minutes=1)
    one_desk.catch_up()
    return one_desk


def urgencies(desk: Desk) -> dict[int, str]:
    return {row.id: row.urgency for row in desk.board().tickets if row.status not in ("solved", "closed")}


def moved(desk: Desk, text: str, *, open_too: bool = True) -> Counter[tuple[str, str]]:
    """How many tickets go from one urgency to another when this is saved and has reached them."""
    desk.wake()
    before = urgencies(desk)
    saved(desk, text, open_too=open_too)
    while rollout.roll_out(desk.ports):
        pass
    after = urgencies(desk)
    return Counter((before[each], after[each]) for each in before if before[each] != after[each])


def told(found: Effect) -> Counter[tuple[str, str]]:
    return Counter({(move.before.value, move.after.value): move.count for move in found.moves})


def test_what_is_told_before_saving_is_what_saving_does(busy: Desk) -> None:
    drafts = (
        SHORTER + RULES,
        BASE + LAMPS + RULES,
        BASE.replace('default_policy = "Standard"', 'default_policy = "Outage"') + RULES,
        BASE + COMING_BACK + RULES,
        BASE.replace('name = "Standard"', 'name = "Usual"').replace('"Standard"', '"Usual"') + RULES,
        BASE.replace('"30m", resolution = "2h"', '"9h", resolution = "20h"') + RULES,
        BASE + RULES.replace('"outage"}}, {not', '"nothing"}}, {not'),
    )
    moving = 0
    for draft in drafts:
        found = foretold(busy, draft)

        assert found.open_tickets == len(urgencies(busy))
        assert told(found) == moved(busy, draft)
        moving += bool(found.moves)

    assert moving > len(drafts) / 2


def test_tickets_that_would_be_overdue_at_once_are_named(busy: Desk) -> None:
    found = foretold(busy, SHORTER + RULES)

    assert told(found) == {("low", "medium"): 1}
    assert (found.more_urgent, found.less_urgent, found.overdue) == (1, 0, 0)
    late = foretold(busy, BASE.replace('first_response = "4h"', 'first_response = "45m"') + RULES)
    assert [each.subject for each in late.overdue_first] == ["Lamp"]
    assert late.overdue == 1


def test_what_gets_a_new_version_is_counted_and_apart_from_it_what_would_have_another_policy(busy: Desk) -> None:
    same, version, policy = (foretold(busy, text) for text in (BASE + RULES, SHORTER + RULES, BASE + LAMPS + RULES))

    assert (same.moves, same.renewed, same.other_policy, same.examples) == ((), 0, 0, ())
    assert same.under == {"Standard": 3, "Outage": 1}
    assert (version.renewed, version.other_policy) == (3, 0)
    assert (policy.renewed, policy.other_policy) == (2, 2)


def test_a_ticket_whose_time_has_come_meanwhile_is_read_as_it_is_now_not_as_it_was_written_down(busy: Desk) -> None:
    busy.clock.forward(hours=2, minutes=30)

    found = foretold(busy, SHORTER + RULES)

    assert found.moves
    assert told(found) == moved(busy, SHORTER + RULES)


def test_tickets_left_under_an_older_version_count_too(busy: Desk) -> None:
    """The first save was for new tickets only; the second brings open ones both changes."""
    saved(busy, BASE + LAMPS + RULES)
    again = SHORTER + LAMPS + RULES

    found = foretold(busy, again)

    assert (found.renewed, found.other_policy) == (3, 2)
    assert told(found) == moved(busy, again)


def ana_renamed(desk: Desk) -> tuple[Effect, int]:
    """What a change would mean that rules have nothing to do with, and how many tickets were looked at for it."""
    looked_at: list[int] = []
    force = in_force.current(desk.ports)
    (ana,) = force.body["people"]
    written, _ = configuring.plan_body(desk.ports, {**force.body, "people": [{**ana, "name": "Ana R."}]})
    return effects.effect(desk.ports, written.document, desk.clock(), looked_at.append), sum(looked_at)


def test_rules_that_did_not_reach_open_tickets_yet_would_with_any_other_change(busy: Desk) -> None:
    moved(busy, SHORTER + RULES)
    assert ana_renamed(busy)[1] == 0

    saved(busy, SHORTER + LAMPS + RULES)

    assert ana_renamed(busy)[0].other_policy == 2


def test_hours_that_did_not_reach_open_tickets_yet_would_as_well_if_a_rule_asks_for_them(busy: Desk) -> None:
    moved(busy, BASE + LATE.format("00:00–24:00") + RULES)
    assert ana_renamed(busy)[1] == 0

    saved(busy, BASE + LATE.format("00:00–00:01") + RULES)

    assert ana_renamed(busy)[0].other_policy == 3


def test_an_example_names_the_versions_whether_or_not_a_ticket_stands_under_them(one_desk: Desk) -> None:
    saved(one_desk, BASE + RULES)

    found = foretold(one_desk, SHORTER + RULES)

    assert (found.open_tickets, found.moves) == (0, ())
    (shown,) = found.examples
    assert (shown.policy, shown.old_version, shown.new_version) == ("Standard", 1, 2)
    assert shown.example.before is not None
    assert shown.example.after is not None
    assert shown.example.before - shown.example.after == timedelta(minutes=130)


def test_looking_says_how_far_it_is(busy: Desk) -> None:
    seen: list[int] = []
    effects.effect(busy.ports, drafted(busy, BASE + LAMPS + RULES), busy.clock(), seen.append)

    assert sum(seen) == effects.count(busy.ports) == len(urgencies(busy))
    assert Urgency.LOW in {move.before for move in foretold(busy, BASE + LAMPS + RULES).moves}
