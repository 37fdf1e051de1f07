import json

import pytest
from googleapiclient.discovery_cache import get_static_doc
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.label_style import PAIRS, LabelStyle
from inboxsla.gmail.labels import (
    NAMES,
    LabelLook,
    changes,
    command_looks,
    known_ids,
    label_for,
    looks,
    owner_key,
    owner_looks,
    owner_of,
)
from inboxsla.gmail.port import Label
from inboxsla.gmail.simulator.changes import checked_name

USUAL = ("Low", "Medium", "Urgent", "Overdue", "Paused", "Met")
IDS = {name: f"Label_{number}" for number, name in enumerate(NAMES.values(), start=1)}
LOW, MEDIUM, URGENT, OVERDUE, PAUSED, MET = IDS.values()
ANAS, JONASES = "Label_20", "Label_21"
OURS = {*IDS.values(), ANAS, JONASES}

wanted_ids = st.frozensets(st.sampled_from(sorted(OURS)), max_size=2)
label_ids = st.sampled_from([*sorted(OURS), "INBOX", "UNREAD", "SENT", "Label_90", "Label_91"])
threads = st.lists(st.frozensets(label_ids), max_size=6)


def relabelled(messages: list[frozenset[str]], add: tuple[str, ...], remove: tuple[str, ...]) -> list[frozenset[str]]:
    """What Gmail does to a thread: both lists go to every message."""
    return [(labels | set(add)) - set(remove) for labels in messages]


def test_a_ticket_that_turns_urgent_swaps_its_label():
    assert changes({URGENT}, [frozenset({"INBOX", MEDIUM})], OURS) == ((URGENT,), (MEDIUM,))


def test_a_message_that_arrived_later_gets_the_label_the_others_have():
    assert changes({LOW}, [frozenset({"INBOX", LOW}), frozenset({"INBOX"})], OURS) == ((LOW,), ())


def test_a_thread_that_is_right_already_costs_no_call():
    assert changes({MET}, [frozenset({MET}), frozenset({MET, "SENT"})], OURS) == ((), ())


def test_a_ticket_that_shows_nothing_loses_every_label_of_ours():
    assert changes((), [frozenset({LOW}), frozenset({OVERDUE, "INBOX"})], OURS) == ((), (LOW, OVERDUE))


def test_an_empty_thread_needs_nothing():
    assert changes({LOW}, [], OURS) == ((), ())


def test_how_a_ticket_stands_and_whose_it_is_go_on_in_one_change():
    owned = [frozenset({"INBOX", MEDIUM, ANAS}), frozenset({"SENT"})]
    assert changes({URGENT, JONASES}, owned, OURS) == ((JONASES, URGENT), (MEDIUM, ANAS))


@given(wanted_ids, threads)
def test_applying_the_changes_leaves_nothing_to_change(wanted, messages):
    after = relabelled(messages, *changes(wanted, messages, OURS))

    assert changes(wanted, after, OURS) == ((), ())


@given(wanted_ids, threads)
def test_exactly_the_wanted_label_is_on_every_message_afterwards(wanted, messages):
    for labels in relabelled(messages, *changes(wanted, messages, OURS)):
        assert labels & OURS == wanted


@given(wanted_ids, threads)
def test_labels_of_other_people_are_never_touched(wanted, messages):
    add, remove = changes(wanted, messages, OURS)

    assert {*add, *remove} <= OURS
    assert not set(add) & set(remove)


@given(wanted_ids, threads)
def test_only_labels_that_some_message_carries_are_removed(wanted, messages):
    _, remove = changes(wanted, messages, OURS)

    assert all(any(label_id in labels for labels in messages) for label_id in remove)


def test_every_urgency_has_a_name_and_none_has_none():
    assert [label_for(urgency) for urgency in ("low", "overdue", "none")] == ["SLA/Low", "SLA/Overdue", None]
    with pytest.raises(KeyError):
        label_for("panicking")


def test_the_folder_is_created_before_what_lies_in_it():
    assert [look.name for look in looks()] == ["SLA", *NAMES.values()]
    called = LabelStyle("Desk", {"low": "Calm"})
    assert [look.name for look in looks(called)] == ["Desk", "Desk/Calm", *(f"Desk/{each}" for each in USUAL[1:])]
    assert [look.key for look in looks(called)] == ["SLA", *NAMES.values()]


def test_every_colour_is_on_gmails_palette():
    colour = json.loads(get_static_doc("gmail", "v1"))["schemas"]["LabelColor"]["properties"]
    palettes = {side: colour[f"{side}Color"]["description"].lower() for side in ("background", "text")}

    pairs = [LabelLook(name, *pair) for name, pair in PAIRS.items()]
    for look in (*looks(), *command_looks(), *owner_looks({"ana@x.example": "Ana"}), *pairs):
        assert look.background in palettes["background"]
        assert look.text in palettes["text"]


def test_names_are_recognised_whatever_their_case():
    in_mailbox = [Label("INBOX", "INBOX", "system"), Label("Label_7", "sla/LOW"), Label("Label_8", "Invoices")]

    assert known_ids(in_mailbox, looks(), {}) == ({"SLA/Low": "Label_7"}, {})


def test_a_label_of_ours_stays_ours_under_any_name_and_nobody_elses_becomes_ours():
    in_mailbox = [Label("Label_7", "Eilig"), Label("Label_8", "eilig"), Label("Label_9", "SLA/Urgent")]

    assert known_ids(in_mailbox, looks(), {"SLA/Urgent": "Label_7"}) == ({"SLA/Urgent": "Label_7"}, {})


def test_a_label_that_is_gone_is_looked_for_by_its_name_and_a_copy_is_found():
    in_mailbox = [Label("Label_3", "SLA/Low"), Label("Label_4", "sla/low")]

    assert known_ids(in_mailbox, looks(), {"SLA/Low": "Label_2"}) == ({"SLA/Low": "Label_3"}, {"Label_4": "Label_3"})


def test_a_label_renamed_to_the_name_of_another_is_not_both():
    in_mailbox = [Label("Label_1", "SLA/Medium")]

    assert known_ids(in_mailbox, looks(), {"SLA/Low": "Label_1"}) == ({"SLA/Low": "Label_1"}, {})


def test_everybody_has_an_owner_label_of_their_own():
    names = {
        "ana@x.example": "Ana Ruiz",
        "ana.ruiz@x.example": "ana ruiz",
        "rd@x.example": " R/D  team\n",
        "long@x.example": "x" * 300,
        "longer@x.example": "x" * 301,
        "nameless@x.example": "",
    }
    made = {owner_of(look.key): look.name for look in owner_looks(names)}

    assert len({name.casefold() for name in made.values()}) == len(made)
    assert made["ana@x.example"] == "Owner/Ana Ruiz (ana@x.example)"
    assert made["rd@x.example"] == "Owner/R-D team"
    assert made["nameless@x.example"] == "Owner/nameless@x.example"
    assert all(len(name) <= 225 for name in made.values())


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}@[a-z]{1,10}\.example", fullmatch=True), st.text(), max_size=6))
def test_gmail_takes_every_owner_label(people):
    made = [look for look in owner_looks(people) if owner_of(look.key)]

    assert [look.key for look in made] == [owner_key(address) for address in people]
    assert all(checked_name(look.name) == look.name for look in made)
