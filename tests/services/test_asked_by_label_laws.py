"""Laws of what counts as put on a thread, over any history of adding and removing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.gmail.port import Change
from inboxsla.services.asked_by_label import put_on
from inboxsla.storage.messages import MessageRow
from tests.lumen_velo import MORNING

SOLVE, WAIT = "Label_1", "Label_2"
MEANT = frozenset({SOLVE, WAIT})
NO_SNAPSHOT = ("", None)

messages = st.sampled_from(["m1", "m2", "m3"])
some_labels = st.frozensets(st.sampled_from([SOLVE, WAIT, "INBOX", "UNREAD"]), max_size=3)
lines = st.lists(st.tuples(st.sampled_from(["labels_added", "labels_removed"]), messages, some_labels), max_size=12)
threads = st.fixed_dictionaries(dict.fromkeys(("m1", "m2", "m3"), some_labels))


def row(gmail_id: str, labels: frozenset[str]) -> MessageRow:
    return MessageRow(gmail_id, "t", "", "human", "", MORNING, "", "", (), "", "", {}, labels)


def history(told: list[tuple[str, str, frozenset[str]]]) -> list[Change]:
    return [Change(kind, str(number), message, "t", labels) for number, (kind, message, labels) in enumerate(told)]


def after(known: list[MessageRow], told: list[Change]) -> list[MessageRow]:
    now = {each.gmail_id: each.labels for each in known}
    for line in told:
        named = line.label_ids or frozenset()
        before = now[line.message_id]
        now[line.message_id] = before | named if line.kind == "labels_added" else before - named
    return [replace(each, labels=now[each.gmail_id]) for each in known]


@given(threads, lines)
def test_what_came_was_not_there_throughout_and_is_there_now(
    thread: dict[str, frozenset[str]], told: list[tuple[str, str, frozenset[str]]]
) -> None:
    known = [row(*each) for each in thread.items()]
    came = put_on(known, [], history(told), NO_SNAPSHOT, MEANT)
    still = frozenset().union(*(each.labels for each in after(known, history(told))))
    assert came.keys() <= still & MEANT
    assert came.keys() >= (still & MEANT) - frozenset().union(*thread.values())


@given(threads, lines)
def test_what_a_listing_shows_to_be_known_already_asks_for_nothing(
    thread: dict[str, frozenset[str]], told: list[tuple[str, str, frozenset[str]]]
) -> None:
    now = after([row(*each) for each in thread.items()], history(told))
    listed = {each.gmail_id: each.labels for each in now}
    assert put_on(now, [], [], ("seen-7", listed), MEANT) == {}


@given(threads, lines, st.integers(0, 12))
def test_cutting_history_in_two_asks_for_nothing_more(
    thread: dict[str, frozenset[str]], told: list[tuple[str, str, frozenset[str]]], at: int
) -> None:
    """Each wish is named by the record that brought it; what both looks name is the same wish."""
    known, all_of_it = [row(*each) for each in thread.items()], history(told)
    first, second = all_of_it[:at], all_of_it[at:]
    at_once = put_on(known, [], all_of_it, NO_SNAPSHOT, MEANT)
    in_turn = [
        put_on(known, [], first, NO_SNAPSHOT, MEANT),
        put_on(after(known, first), [], second, NO_SNAPSHOT, MEANT),
    ]
    assert set(at_once.items()) <= {wish for each in in_turn for wish in each.items()}
