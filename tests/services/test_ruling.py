"""Rules reach tickets: at the first message, when tags or priority change, and when a configuration is saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.errors import ConfigMistakes
from inboxsla.services import configuring, desk, rebuild, rollout
from tests.builders import ANA, SUPPORT, Desk

HOURS = 'calendar = "24x7"'
BASE = f"""
default_policy = "Standard"
tags = ["multi-touch"]

[[policies]]
name = "Standard"
{HOURS}
targets = {{first_response = "4h", resolution = "24h"}}

[[policies]]
name = "Outage"
{HOURS}
targets = {{first_response = "30m", resolution = "2h"}}

[[policies]]
name = "Multi-touch"
{HOURS}
targets = {{first_response = "8h", resolution = "72h"}}

[[people]]
address = "{ANA}"
name = "Ana Ruiz"
"""
RULES = """
[[rules]]
name = "Not for us"
when = {sender = {one_of = ["news@paper.example"]}}
then = {not_a_ticket = true}
stop = true

[[rules]]
name = "Outages"
when = {all = [{subject = {contains = "outage"}}, {not = {tag = {is = "multi-touch"}}}]}
then = {policy = "Outage", priority = "critical", tags = ["outage"]}

[[rules]]
name = "Takes longer"
when = {tag = {is = "multi-touch"}}
then = {policy = "Multi-touch"}
"""


@pytest.fixture
def ruled(one_desk: Desk) -> Desk:
    saved(one_desk, BASE + RULES)
    return one_desk


def saved(at: Desk, text: str, *, open_too: bool = False) -> None:
    text = text.replace('tags = ["multi-touch"]', 'tags = ["multi-touch", "outage"]')
    configuring.import_(at.ports, text, "the tests", open_too)


def test_the_first_rule_that_matches_decides_and_the_ticket_says_which_and_why(ruled: Desk) -> None:
    """C17: explicit order, first match, and why this policy."""
    outage = ruled.writes(subject="Outage since 9", headers={"X-Priority": "1"}).thread_id
    other = ruled.writes(subject="Invoice 1182").thread_id
    ruled.catch_up()

    found = ruled.view(outage)
    assert (found.policy_name, found.rule, found.priority) == ("Outage", "Outages", "critical")
    assert "contains “outage”" in found.rule_why
    assert found.tags == ("outage",)
    assert sorted(clock.reading.target for clock in found.clocks) == [timedelta(minutes=30), timedelta(hours=2)]
    assert (ruled.view(other).policy_name, ruled.view(other).rule) == ("Standard", "")
    assert ruled.ticket(outage).tags == ["outage"]


def test_what_a_rule_calls_no_ticket_has_no_timer_and_no_label(ruled: Desk) -> None:
    thread = ruled.writes("news@paper.example", subject="Outage of the week").thread_id
    ruled.catch_up()

    assert ruled.ticket(thread).status == "not_a_ticket"
    assert ruled.ticket(thread).label_wanted is None
    assert ruled.view(thread).policy_name == "Standard"


def test_a_tag_put_on_by_hand_chooses_the_policy_anew_and_taking_it_off_chooses_it_back(ruled: Desk) -> None:
    thread = ruled.writes(subject="Outage since 9").thread_id
    ruled.catch_up()
    number = ruled.ticket(thread).id

    desk.tag(ruled.ports, number, ANA, add=["multi-touch"])
    longer = ruled.view(thread)
    desk.tag(ruled.ports, number, ANA, remove=["multi-touch"])
    back = ruled.view(thread)

    assert (longer.policy_name, longer.rule) == ("Multi-touch", "Takes longer")
    assert min(clock.reading.target for clock in longer.clocks) == timedelta(hours=8)
    assert (back.policy_name, back.rule) == ("Outage", "Outages")
    assert len({event.source for event in ruled.events(thread)}) == len(ruled.events(thread))


def test_what_a_person_decided_by_hand_rules_leave_alone(ruled: Desk) -> None:
    thread = ruled.writes(subject="Outage since 9").thread_id
    ruled.catch_up()
    number = ruled.ticket(thread).id

    desk.set_priority(ruled.ports, number, "low", ANA)
    desk.tag(ruled.ports, number, ANA, add=["multi-touch"])

    assert ruled.ticket(thread).priority == "low"


def test_without_a_configuration_there_are_no_rules(one_desk: Desk) -> None:
    thread = one_desk.writes(subject="Outage since 9").thread_id
    one_desk.catch_up()

    assert (one_desk.view(thread).policy_name, one_desk.view(thread).rule) == ("Default", "")


def test_a_saved_edit_reaches_new_tickets_only_unless_it_is_said(ruled: Desk) -> None:
    """C18, C31: on save we ask; new tickets only, or open ones too."""
    before = ruled.writes(subject="Invoice 1182").thread_id
    ruled.catch_up()
    shorter = (BASE + RULES).replace('first_response = "4h"', 'first_response = "1h"')

    saved(ruled, shorter)
    assert not rollout.roll_out(ruled.ports)
    after = ruled.writes(subject="Invoice 1183").thread_id
    ruled.catch_up()
    assert [ruled.view(each).policy_version for each in (before, after)] == [1, 2]

    saved(ruled, shorter.replace('first_response = "1h"', 'first_response = "2h"'), open_too=True)
    instant = ruled.clock()
    ruled.clock.forward(minutes=5)
    while rollout.roll_out(ruled.ports):
        pass
    assert [ruled.view(each).policy_version for each in (before, after)] == [3, 3]
    [changed] = [event for event in ruled.events(before) if event.kind is Kind.POLICY_SET]
    assert changed.happened_at == instant
    assert min(clock.reading.target for clock in ruled.view(before).clocks) == timedelta(hours=2)
    assert not rollout.roll_out(ruled.ports)


def test_a_tag_changes_no_version_that_was_saved_for_new_tickets_only(ruled: Desk) -> None:
    """C18: what was saved for new tickets only reaches no open one by another door."""
    thread = ruled.writes(subject="Invoice 1182").thread_id
    ruled.catch_up()
    saved(ruled, (BASE + RULES).replace('first_response = "4h"', 'first_response = "1h"'))
    number = ruled.ticket(thread).id

    desk.tag(ruled.ports, number, ANA, add=["seen"])
    assert (ruled.view(thread).policy_name, ruled.view(thread).policy_version) == ("Standard", 1)

    desk.tag(ruled.ports, number, ANA, add=["multi-touch"])
    assert ruled.view(thread).policy_name == "Multi-touch"


def test_a_rule_that_only_says_how_an_owner_is_found_keeps_the_mailboxs_own_team(one_desk: Desk) -> None:
    team = f"""
[[teams]]
name = "Billing"
members = ["{ANA}"]

[[mailboxes]]
address = "{SUPPORT}"
team = "Billing"

[[rules]]
name = "By hand"
when = {{subject = {{contains = "refund"}}}}
then = {{strategy = "nobody"}}
"""
    saved(one_desk, BASE + team)
    by_hand, other = one_desk.writes().thread_id, one_desk.writes(subject="Invoice 1182").thread_id
    one_desk.catch_up()

    assert [one_desk.ticket(each).team for each in (by_hand, other)] == ["Billing", "Billing"]
    assert [one_desk.ticket(each).owner for each in (by_hand, other)] == [None, ANA]


def test_tickets_of_a_policy_that_is_gone_get_another_even_if_it_is_for_new_ones_only(ruled: Desk) -> None:
    """C51: deleting a policy cancels its steps and relabels."""
    thread = ruled.writes(subject="Outage since 9").thread_id
    ruled.catch_up()
    ruled.clock.forward(minutes=31)
    ruled.catch_up()
    assert ruled.ticket(thread).urgency == "overdue"

    start, _, rest = BASE.partition('[[policies]]\nname = "Outage"')
    saved(ruled, start + rest[rest.index("[[policies]]") :])
    ruled.clock.forward(seconds=6)
    ruled.tick()
    rollout.roll_out(ruled.ports)
    ruled.catch_up()

    assert ruled.view(thread).policy_name == "Standard"
    assert ruled.ticket(thread).urgency == "low"
    assert ruled.labels(thread) == [{"SLA/Low"}]


def test_a_step_raises_the_priority_once_and_the_timeline_says_why(one_desk: Desk) -> None:
    raising = BASE.replace(
        'targets = {first_response = "4h", resolution = "24h"}',
        'targets = {first_response = "4h"}\nsteps = [{at = 50, do = ["raise_priority"]}]',
    )
    saved(one_desk, raising)
    thread = one_desk.writes().thread_id
    one_desk.catch_up()

    one_desk.later(hours=2)
    one_desk.later(minutes=1)

    assert one_desk.ticket(thread).priority == "high"
    [raised] = [event for event in one_desk.events(thread) if event.kind is Kind.PRIORITY_SET]
    assert raised.data["why"] == "50 % of first response was used"


def test_rules_that_cannot_be_asked_are_refused_when_saved_and_nothing_is_kept(one_desk: Desk) -> None:
    with pytest.raises(ConfigMistakes, match=r"\(unclosed|missing|closing"):
        saved(one_desk, BASE + RULES.replace('{contains = "outage"}', '{matches = "(unclosed"}'))

    assert configuring.current(one_desk.ports).version is None


def test_rules_ask_about_labels_by_their_names(ruled: Desk) -> None:
    label = ruled.gmail(SUPPORT).create_label("Key accounts", "#16a766", "#ffffff")
    rule = """
[[rules]]
name = "Key accounts"
when = {label = {is = "key accounts"}}
then = {priority = "high"}
"""
    saved(ruled, BASE + RULES + rule)
    thread = ruled.writes(labels=("INBOX", "UNREAD", label.id)).thread_id
    ruled.catch_up()

    assert ruled.ticket(thread).priority == "high"


def test_a_customer_who_raised_it_twice_already_is_told_apart(ruled: Desk) -> None:
    rule = """
[[rules]]
name = "Again"
when = {repeated = {at_least = 2, days = 30}}
then = {priority = "high"}
"""
    saved(ruled, BASE + RULES + rule)
    threads = []
    for _ in range(3):
        threads.append(ruled.writes(subject=f"Lamp flickers {len(threads)}").thread_id)
        ruled.catch_up()
        ruled.clock.forward(hours=1)

    assert [ruled.ticket(thread).priority for thread in threads] == ["normal", "normal", "high"]


def test_every_ticket_still_equals_what_its_events_add_up_to(ruled: Desk) -> None:
    thread = ruled.writes(subject="Outage since 9").thread_id
    ruled.catch_up()
    desk.tag(ruled.ports, ruled.ticket(thread).id, ANA, add=["multi-touch"])

    assert [line.ok for line in rebuild.compare(ruled.ports)] == [True]
