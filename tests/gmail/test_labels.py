import json

import pytest
from googleapiclient.discovery_cache import get_static_doc
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.gmail.labels import NAMES, changes, known_ids, label_for, looks
from inboxsla.gmail.port import Label

IDS = {name: f"Label_{number}" for number, name in enumerate(NAMES.values(), start=1)}
LOW, MEDIUM, URGENT, OVERDUE, PAUSED, MET = IDS.values()

wanted_names = st.none() | st.sampled_from(sorted(IDS))
label_ids = st.sampled_from([*IDS.values(), "INBOX", "UNREAD", "SENT", "Label_90", "Label_91"])
threads = st.lists(st.frozensets(label_ids), max_size=6)


def relabelled(messages: list[frozenset[str]], add: tuple[str, ...], remove: tuple[str, ...]) -> list[frozenset[str]]:
    """What Gmail does to a thread: both lists go to every message."""
    return [(labels | set(add)) - set(remove) for labels in messages]


def test_a_ticket_that_turns_urgent_swaps_its_label():
    assert changes("SLA/Urgent", [frozenset({"INBOX", MEDIUM})], IDS) == ((URGENT,), (MEDIUM,))


def test_a_message_that_arrived_later_gets_the_label_the_others_have():
    assert changes("SLA/Low", [frozenset({"INBOX", LOW}), frozenset({"INBOX"})], IDS) == ((LOW,), ())


def test_a_thread_that_is_right_already_costs_no_call():
    assert changes("SLA/Met", [frozenset({MET}), frozenset({MET, "SENT"})], IDS) == ((), ())


def test_a_ticket_that_shows_nothing_loses_every_label_of_ours():
    assert changes(None, [frozenset({LOW}), frozenset({OVERDUE, "INBOX"})], IDS) == ((), (LOW, OVERDUE))


def test_an_empty_thread_needs_nothing():
    assert changes("SLA/Low", [], IDS) == ((), ())


def test_a_label_somebody_deleted_in_gmail_is_not_asked_for():
    without_medium = {name: label_id for name, label_id in IDS.items() if label_id != MEDIUM}
    assert changes("SLA/Low", [frozenset({"INBOX"})], without_medium) == ((LOW,), ())


def test_a_wanted_label_without_an_id_is_an_error_and_not_a_silent_gap():
    with pytest.raises(KeyError):
        changes("SLA/Low", [frozenset()], {})


@given(wanted_names, threads)
def test_applying_the_changes_leaves_nothing_to_change(wanted, messages):
    after = relabelled(messages, *changes(wanted, messages, IDS))

    assert changes(wanted, after, IDS) == ((), ())


@given(wanted_names, threads)
def test_exactly_the_wanted_label_is_on_every_message_afterwards(wanted, messages):
    expected = {IDS[wanted]} if wanted else set()

    for labels in relabelled(messages, *changes(wanted, messages, IDS)):
        assert labels & set(IDS.values()) == expected


@given(wanted_names, threads)
def test_labels_of_other_people_are_never_touched(wanted, messages):
    add, remove = changes(wanted, messages, IDS)

    assert {*add, *remove} <= set(IDS.values())
    assert not set(add) & set(remove)


@given(wanted_names, threads)
def test_only_labels_that_some_message_carries_are_removed(wanted, messages):
    _, remove = changes(wanted, messages, IDS)

    assert all(any(label_id in labels for labels in messages) for label_id in remove)


def test_every_urgency_has_a_name_and_none_has_none():
    assert [label_for(urgency) for urgency in ("low", "overdue", "none")] == ["SLA/Low", "SLA/Overdue", None]
    with pytest.raises(KeyError):
        label_for("panicking")


def test_the_folder_is_created_before_what_lies_in_it():
    assert [look.name for look in looks()] == ["SLA", *NAMES.values()]
    assert [look.name for look in looks({"low": "Team/Time/Fine"})] == ["Team", "Team/Time", "Team/Time/Fine"]


def test_every_colour_is_on_gmails_palette():
    colour = json.loads(get_static_doc("gmail", "v1"))["schemas"]["LabelColor"]["properties"]
    palettes = {side: colour[f"{side}Color"]["description"].lower() for side in ("background", "text")}

    for look in looks():
        assert look.background in palettes["background"]
        assert look.text in palettes["text"]


def test_names_are_recognised_whatever_their_case():
    in_mailbox = [Label("INBOX", "INBOX", "system"), Label("Label_7", "sla/LOW"), Label("Label_8", "Invoices")]

    assert known_ids(in_mailbox) == {"SLA/Low": "Label_7"}
