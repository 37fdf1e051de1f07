"""The demo's mailbox: how it starts, and how the story goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import pytest

from inboxsla.gmail.simulator import SimulatorServer, Store
from inboxsla.gmail.simulator.reading import Kept, thread, threads
from inboxsla.gmail.simulator.stories import Narrator, hands, seed
from inboxsla.gmail.simulator.stories.board import OpenThread, look
from inboxsla.gmail.simulator.stories.texts import texts

from .conftest import SUPPORT, Clock, users_of, written
from .discovery import fits

STAFF = {agent.address for agent in texts().agents}


@pytest.fixture
def seeded(store: Store, clock: Clock) -> Store:
    seed(store, SUPPORT, clock())
    return store


def plays(
    store: Store, clock: Clock, seconds: int, after_each: Callable[[], None] = lambda: None, step: int = 1
) -> None:
    """The narrator tells `seconds` of the story."""
    narrator = Narrator(store, SUPPORT, clock())
    for _ in range(0, seconds, step):
        clock.forward(seconds=step)
        narrator.tick(clock())
        after_each()


def waiting(store: Store, clock: Clock) -> dict[str, int]:
    """Subjects of threads that wait for an answer → seconds."""
    found = {t.thread_id: int((clock() - t.since).total_seconds()) for t in look(store, SUPPORT) if t.owed}
    return {thread(store, SUPPORT, key)[0].facts.subject: age for key, age in found.items()}


def everything_in(store: Store) -> list[Kept]:
    return [message for messages in threads(store, SUPPORT, limit=10_000) for message in messages]


def test_the_demo_starts_with_one_thread_fifteen_seconds_before_its_first_reminder(seeded: Store, clock: Clock) -> None:
    ages = waiting(seeded, clock)

    assert ages["Refund for order 1182 still missing"] == 165
    assert ages["Encomenda 1185 atrasada"] == 60


def test_the_demo_starts_with_every_kind_of_thread(seeded: Store) -> None:
    mails = everything_in(seeded)
    openings = list(threads(seeded, SUPPORT))

    assert len(openings) == 14
    assert sum(1 for messages in openings if not any("INBOX" in message.labels for message in messages)) == 2
    assert any(
        message.header("Auto-Submitted") == "auto-replied" and "X-Failed-Recipients" not in str(message.raw)
        for message in mails
    )
    assert any(message.header("X-Failed-Recipients") for message in mails)
    assert any(message.header("List-Id") for message in mails)
    assert any(messages[0].labels == {"SENT", "INBOX"} for messages in openings)
    assert any(b"gmail_quote" in message.raw for message in mails)
    sent = [message for message in mails if "SENT" in message.labels]
    assert {parseaddr(message.header("Sender"))[1] for message in sent} - {""} <= STAFF
    assert any(not message.header("Sender") for message in sent)
    assert any("SENT" not in message.labels and parseaddr(message.facts.sender)[1] in STAFF for message in mails)
    assert len({parseaddr(message.facts.sender)[1] for message in mails}) > 10


def test_no_mail_of_the_demo_lies_in_the_future_or_leaves_the_example_domains(seeded: Store, clock: Clock) -> None:
    for message in everything_in(seeded):
        assert message.at <= clock()
        for address in (parseaddr(message.facts.sender)[1], *message.facts.recipients):
            assert address.endswith((".example", "@googlemail.com"))


def test_every_story_can_be_told(store: Store, clock: Clock) -> None:
    for number, story in enumerate(texts().stories):
        who = next(person for person in texts().customers if person.lang == story.lang)
        placed = hands.opens(store, SUPPORT, story, who, number, clock())
        for _ in range(2):
            hands.answers(store, SUPPORT, placed.thread_id, texts().agents[0], clock())
            hands.writes_back(store, SUPPORT, placed.thread_id, story.back, clock())
        mails = thread(store, SUPPORT, placed.thread_id)
        assert len(mails) == 5
        assert not any("{" in message.facts.text + message.facts.subject for message in mails)


def test_the_first_thread_is_left_alone_for_four_minutes_and_then_answered(seeded: Store, clock: Clock) -> None:
    subject = "Refund for order 1182 still missing"

    plays(seeded, clock, 235)
    before = waiting(seeded, clock)
    plays(seeded, clock, 15)

    assert before[subject] == 400
    assert subject not in waiting(seeded, clock)


def test_new_customers_write_every_half_minute_or_so(seeded: Store, clock: Clock) -> None:
    before = len(list(threads(seeded, SUPPORT, limit=1000)))

    plays(seeded, clock, 600)

    assert 600 / 40 - 2 <= len(list(threads(seeded, SUPPORT, limit=1000))) - before <= 600 / 25 + 1


def test_after_more_than_an_hour_there_are_still_about_a_dozen_open_threads_and_everybody_gets_an_answer(
    seeded: Store, clock: Clock
) -> None:
    seen: list[list[OpenThread]] = []

    plays(seeded, clock, 75 * 60, lambda: seen.append(look(seeded, SUPPORT)) if clock().second == 0 else None, step=2)

    counts = [len(board) for board in seen]
    longest = max((clock() - t.since for board in seen[-1:] for t in board if t.owed), default=timedelta(0))
    assert min(counts) >= 9
    assert max(counts) <= 17
    assert longest < timedelta(minutes=8)
    kinds = everything_in(seeded)
    assert sum(1 for message in kinds if message.header("X-Failed-Recipients")) == 2
    assert sum(1 for message in kinds if message.header("X-Autoreply")) > 2
    assert any(message.at > clock() - timedelta(minutes=2) for message in kinds)


def test_a_second_run_lets_agents_catch_up_first(seeded: Store, clock: Clock) -> None:
    plays(seeded, clock, 120)
    clock.forward(hours=9)
    overdue = set(waiting(seeded, clock))
    assert overdue

    moments: list[int] = []
    plays(seeded, clock, 75, lambda: moments.append(len(overdue & set(waiting(seeded, clock)))))

    assert moments[0] == len(overdue)
    assert moments[-1] == 0
    assert len(set(moments)) > 2


def test_the_same_seed_tells_the_same_story() -> None:
    def told(cut: int | None) -> list[tuple[str, str]]:
        clock = Clock()
        store = Store(":memory:", now=clock, seed=5)
        store.add_mailbox(SUPPORT)
        seed(store, SUPPORT, clock())
        for part in (cut, 400 - cut) if cut else (400,):
            plays(store, clock, part)
        heard = sorted((message.at.isoformat(), message.facts.subject) for message in everything_in(store))
        store.close()
        return heard

    assert told(None) == told(None)
    assert told(None)[:20] == told(150)[:20]


def test_a_visitors_mail_is_left_alone_so_that_it_can_be_watched(store: Store, clock: Clock) -> None:
    raw = written("My own test", headers={"X-Demo-Story": "visitor"})
    store.deliver(SUPPORT, raw)

    plays(store, clock, 350)
    still = "My own test" in waiting(store, clock)
    plays(store, clock, 30)

    assert still
    assert "My own test" not in waiting(store, clock)


def test_what_a_person_does_in_the_page_changes_what_agents_do_next(seeded: Store, clock: Clock) -> None:
    hero = next(t for t in look(seeded, SUPPORT) if t.story == "refund")
    seeded.reply_as(SUPPORT, hero.thread_id, "ana@lumenvelo.example", "I took this one.")

    heard: list[int] = []
    plays(seeded, clock, 50, lambda: heard.append(len(thread(seeded, SUPPORT, hero.thread_id))))
    plays(seeded, clock, 210)

    assert set(heard) == {2}
    planned_time = clock() - timedelta(seconds=20)
    answers = [m for m in thread(seeded, SUPPORT, hero.thread_id) if "SENT" in m.labels]
    assert not any(planned_time - timedelta(seconds=3) < m.at < planned_time + timedelta(seconds=3) for m in answers)


def test_everything_the_story_leaves_behind_has_gmails_shape(seeded: Store, clock: Clock) -> None:
    plays(seeded, clock, 900, step=3)

    with SimulatorServer(seeded) as gmail:
        users: Any = users_of(gmail.url)
        listed = users.threads().list(userId="me", maxResults=500).execute()["threads"]
        for found in listed:
            fits(users.threads().get(userId="me", id=found["id"]).execute(), "Thread")
    assert len(listed) > 30


def test_no_thread_gets_the_same_answer_twice_and_no_story_is_told_beside_itself(seeded: Store, clock: Clock) -> None:
    before = look(seeded, SUPPORT)
    fresh: list[bool] = []

    def note() -> None:
        nonlocal before
        now = look(seeded, SUPPORT)
        known = {t.thread_id for t in before}
        fresh.extend(
            t.story not in {other.story for other in before}
            for t in now
            if t.thread_id not in known and t.story and t.questions == 1 and t.since == clock()
        )
        before = now

    plays(seeded, clock, 40 * 60, note, step=4)

    assert len(fresh) > 30
    assert all(fresh)
    for messages in threads(seeded, SUPPORT, limit=1000):
        told = [m.facts.text.partition("\n\nOn ")[0].rsplit("\n\n", 1)[0] for m in messages if m.labels == {"SENT"}]
        assert len(told) == len(set(told))


def test_an_answer_that_came_back_is_sent_to_the_customer_again_by_whoever_is_there(
    seeded: Store, clock: Clock
) -> None:
    plays(seeded, clock, 75)

    [messages] = [m for m in threads(seeded, SUPPORT) if m[0].facts.subject.startswith("Phí")]
    first, again = [message for message in messages if "SENT" in message.labels]
    assert again.facts.recipients == first.facts.recipients == ("lan.nguyen@xedap.example",)
    assert "our first answer" in again.facts.text
