"""Which messages of a file are one conversation, in whatever order the file has them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.gmail.message import parse, takeout_facts
from inboxsla.services import conversations
from inboxsla.services.takeout import label_ids
from inboxsla.storage.kinship import Kinship
from tests.services.mailbox_files import ANA, KOFI, MAYA, SUPPORT, Mail

INSIDE = frozenset({SUPPORT, ANA})
ASKS = Mail("1")
ANSWER = Mail("2", ANA, KOFI, 1, "Re: My lamp flickers", answers="1")
THANKS = Mail("3", KOFI, SUPPORT, 2, "AW: My lamp flickers", answers="2")


def grouped(mails: Sequence[Mail]) -> frozenset[frozenset[str]]:
    """The conversations, as sets of message ids."""
    threads: dict[str, str] = {}
    with closing(Kinship()) as kin:
        for number, mail in enumerate(mails):
            parsed = parse(mail.raw.partition(b"\n")[2])
            one = conversations.letter(parsed, mail.at, takeout_facts(parsed.headers)[0], INSIDE)
            found = conversations.place(one, f"mbox-{number}", kin)
            threads[f"{mail.id or number}"] = found.thread
            threads = {key: found.thread if at in found.absorbed else at for key, at in threads.items()}
    return frozenset(frozenset(k for k, at in threads.items() if at == each) for each in threads.values())


def sets(*groups: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(group) for group in groups)


@pytest.mark.parametrize("order", list(permutations((ASKS, ANSWER, THANKS))))
def test_an_answer_belongs_to_what_it_answers_even_if_that_comes_later(order: tuple[Mail, ...]) -> None:
    assert grouped(order) == sets("123")


@pytest.mark.parametrize("order", list(permutations((ANSWER, THANKS))))
def test_a_missing_message_still_holds_its_answers_together(order: tuple[Mail, ...]) -> None:
    also = replace(THANKS, id="4", answers="1", subject="Re: Something else entirely", sender=MAYA)
    assert grouped((*order, also)) == sets("234")


def test_the_nearest_known_ancestor_counts_where_the_parent_is_missing() -> None:
    far = replace(THANKS, headers=("References: <1@mail.example> <lost@mail.example>",), answers="lost")
    assert grouped((ASKS, far)) == sets("13")


def test_messages_that_answer_each_other_are_one_conversation() -> None:
    assert grouped((replace(ASKS, answers="3"), ANSWER, THANKS)) == sets("123")
    assert grouped((replace(ASKS, answers="1"),)) == sets("1")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_new_subject_under_an_old_mail_begins_a_conversation(order: tuple[int, ...]) -> None:
    new = Mail("4", KOFI, SUPPORT, 50, "Where is my parcel?", answers="2")
    about = Mail("5", ANA, KOFI, 51, "Re: Where is my parcel?", answers="4")
    mails = (ANSWER, new, about)
    assert grouped((ASKS, *(mails[at] for at in order))) == sets("12", "45")


def test_a_reply_whose_subject_was_changed_stays_where_it_answers() -> None:
    assert grouped((ASKS, replace(ANSWER, subject="Re: Loose contact (was: My lamp flickers)"))) == sets("12")
    assert grouped((ASKS, replace(ANSWER, subject=""))) == sets("12")


def test_a_typed_answer_in_place_of_an_id_connects_nothing() -> None:
    yes = ("In-Reply-To: <yes>", "References: <yes>")
    mails = (Mail("1", subject="Re: Lamp", headers=yes), Mail("2", MAYA, subject="Re: Parcel", headers=yes))
    assert grouped(mails) == sets("1", "2")


def test_a_new_subject_stays_apart_even_where_its_answer_comes_first() -> None:
    new = Mail("4", KOFI, SUPPORT, 50, "Where is my parcel?", answers="1")
    about = Mail("5", ANA, KOFI, 51, "Re: Where is my parcel?", headers=("References: <1@mail.example>",), answers="4")
    assert grouped((about, new, ASKS)) == sets("1", "45")


def test_a_reply_that_found_its_parent_is_not_looked_for_by_subject_any_more() -> None:
    before = Mail("0", KOFI, SUPPORT, -48, "My lamp flickers")
    assert grouped((ANSWER, ASKS, before)) == sets("0", "12")


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_reply_that_names_nobody_joins_its_subject_if_they_share_an_outsider(order: tuple[int, ...]) -> None:
    bare = replace(ANSWER, answers="")
    mails = (ASKS, bare)
    assert grouped([mails[at] for at in order]) == sets("12")


@pytest.mark.parametrize(
    "other",
    [
        Mail("2", ANA, MAYA, 1, "Re: My lamp flickers"),
        Mail("2", MAYA, SUPPORT, 1, "Re: My lamp flickers"),
        Mail("2", ANA, KOFI, 24 * 31, "Re: My lamp flickers"),
        Mail("2", KOFI, SUPPORT, 1, "My lamp flickers"),
        Mail("2", ANA, KOFI, 1, "Fwd: My lamp flickers"),
        Mail("2", ANA, KOFI, 1, "Re:"),
    ],
    ids=["to another", "from another", "a month later", "no reply", "a forward", "no subject"],
)
def test_an_equal_subject_alone_connects_nothing(other: Mail) -> None:
    assert grouped((ASKS, other)) == grouped((other, ASKS)) == sets("1", "2")


def test_two_replies_to_a_missing_mail_find_each_other_by_subject() -> None:
    first, second = replace(ANSWER, answers="lost"), replace(THANKS, answers="", id="3")
    assert grouped((first, second)) == grouped((second, first)) == sets("23")


def test_what_gmail_says_goes_before_what_references_say() -> None:
    here, there = ("X-GM-THRID: 1799",), ("X-GM-THRID: 1800",)
    mails = (replace(ASKS, headers=here), replace(ANSWER, headers=there), THANKS)
    assert grouped(mails) == grouped(mails[::-1]) == sets("1", "23")
    mine = (replace(ASKS, headers=here), Mail("9", MAYA, subject="Anything", headers=here))
    assert grouped(mine) == sets("19")


chains = st.integers(2, 7).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 100), min_size=size, max_size=size), st.permutations(list(range(size)))
    )
)


@given(chain=chains)
def test_the_order_of_the_file_changes_nothing_about_replies(chain: tuple[list[int], list[int]]) -> None:
    """Random trees of replies: each answers an earlier one (or begins anew), subjects as mail programs make them."""
    picks, order = chain
    mails: list[Mail] = []
    for number, pick in enumerate(picks):
        parent = mails[pick % number] if number and pick % 4 else None
        subject = f"Re: {parent.subject.removeprefix('Re: ')}" if parent else f"Lamp {number}"
        mails.append(Mail(str(number), KOFI, SUPPORT, number, subject, answers=parent.id if parent else ""))
    assert grouped([mails[at] for at in order]) == grouped(mails)


@pytest.mark.parametrize(
    "subject", ["Re: x", "RE : x", "[shop] AW: x", "Re[2]: x", "回复：x", "Antw: x", "SV: [shop] x"]
)
def test_replies_are_known_in_many_languages(subject: str) -> None:
    assert conversations.is_reply(subject)


@pytest.mark.parametrize("subject", ["", "x", "Report: x", "Fwd: x", "Rechnung 12", "[Re] x"])
def test_what_only_looks_like_a_reply_is_none(subject: str) -> None:
    assert not conversations.is_reply(subject)


def test_an_endless_line_of_references_is_cut_to_the_root_and_the_nearest() -> None:
    references = [f"{n}@x.example" for n in range(500)]
    named = conversations.parents("me@x.example", references, "499@x.example")
    assert named[0] == "499@x.example"
    assert named[-1] == "0@x.example"
    assert len(named) < 30


def test_takeouts_labels_are_known_in_the_larger_languages_and_silent_in_others() -> None:
    assert label_ids(["Inbox", "Important", "Opened", "shop/lamps"]) == {"INBOX", "IMPORTANT"}
    assert label_ids(["Posteingang", "Gesendet"]) == {"INBOX", "SENT"}
    assert label_ids(["Archived", "Sent"]) == {"ARCHIVED", "SENT"}
    assert label_ids(["Arkisto", "sent by me"]) == frozenset()


def test_thirty_days_is_how_long_a_subject_connects() -> None:
    late = replace(ANSWER, answers="", hours=conversations.WITHIN / timedelta(hours=1))
    assert grouped((ASKS, late)) == sets("12")
    assert grouped((ASKS, replace(late, hours=late.hours + 0.1))) == sets("1", "2")
