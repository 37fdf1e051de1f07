"""The same wall against the simulated Gmail: two sides written apart have to agree on what Gmail says."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from google.oauth2.credentials import Credentials

from inboxsla.errors import AccessLost, Gone, HistoryExpired, OutcomeUnknown, Refused, TryLater
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.labels import changes, known_ids, looks
from inboxsla.gmail.simulator import Fault, SimulatorServer, Store

SUPPORT, ANA = "support@lumenvelo.example", "ana@lumenvelo.example"
ASKED = datetime(2026, 11, 24, 9, 48, 0, 250_000, tzinfo=UTC)


def a_mail(subject: str, sender: str = "Kofi Mensah <kofi@cyclist.example>", to: str = SUPPORT) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail.set_content("My rear light goes out on cobblestones.\n")
    return mail.as_bytes()


def reminder() -> bytes:
    return a_mail("[SLA] Due in 1 min: Rear light", sender=SUPPORT, to=ANA)


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store(":memory:", seed=1)) as opened:
        opened.add_mailbox(SUPPORT)
        yield opened


@pytest.fixture
def gmail(store: Store) -> Iterator[SimulatorServer]:
    with SimulatorServer(store) as served:
        yield served


@pytest.fixture
def mailbox(gmail: SimulatorServer) -> Iterator[GoogleMailbox]:
    with closing(GoogleMailbox(static_credentials(SUPPORT), api_root=gmail.url, timeout=5)) as opened:
        yield opened


def history_of(mailbox: GoogleMailbox, start: str) -> list[tuple[str, str]]:
    page = mailbox.history(start)
    found = list(page.changes)
    while page.next_page_token:
        page = mailbox.history(start, page.next_page_token)
        found += page.changes
    return [(change.kind, change.message_id) for change in found]


def test_a_customer_mail_is_listed_read_and_in_the_history(store, mailbox):
    start = mailbox.profile()
    placed = store.deliver(SUPPORT, a_mail("Rear light"), at=ASKED)

    assert start.address == SUPPORT
    assert history_of(mailbox, start.history_id) == [("added", placed.message_id)]
    assert mailbox.threads("in:inbox").thread_ids == (placed.thread_id,)
    (message,) = mailbox.thread(placed.thread_id).messages
    assert message == mailbox.message(placed.message_id)
    assert (message.internal_at, message.label_ids) == (ASKED, frozenset({"INBOX", "UNREAD"}))
    assert {"name": "Subject", "value": "Rear light"} in message.payload["headers"]


def test_every_kind_of_change_is_seen_in_its_order(store, mailbox):
    start = mailbox.profile().history_id
    asked = store.deliver(SUPPORT, a_mail("Rear light"))
    answered = store.reply_as(SUPPORT, asked.thread_id, ANA, "A new one is on its way.")
    store.archive(SUPPORT, asked.thread_id)
    store.restore(SUPPORT, asked.thread_id)
    store.delete(SUPPORT, answered.message_id)

    seen = history_of(mailbox, start)

    assert [kind for kind, message_id in seen if message_id == asked.message_id] == [
        "added",
        "labels_removed",
        "labels_added",
    ]
    assert [kind for kind, message_id in seen if message_id == answered.message_id][-1] == "deleted"
    with pytest.raises(Gone):
        mailbox.message(answered.message_id)


def test_an_empty_page_of_history_is_not_its_end(store, gmail, mailbox):
    start = mailbox.profile().history_id
    placed = store.deliver(SUPPORT, a_mail("Rear light"))
    gmail.faults.plan(Fault("empty_page", "history.list"))

    assert history_of(mailbox, start) == [("added", placed.message_id)]


def test_a_forgotten_cursor_means_listing_anew(store, mailbox):
    start = mailbox.profile().history_id
    store.expire_history(SUPPORT)

    with pytest.raises(HistoryExpired):
        mailbox.history(start)


def test_the_labels_of_a_thread_are_brought_about_and_then_asked_for_no_more(store, mailbox):
    first = store.deliver(SUPPORT, a_mail("Rear light"))
    for look in looks():
        mailbox.create_label(look.name, look.background, look.text)
    ids, _ = known_ids(mailbox.labels(), looks(), {})

    def bring_about(*wanted: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found = [message.label_ids for message in mailbox.thread(first.thread_id).messages]
        add, remove = changes([ids[name] for name in wanted], found, ids.values())
        mailbox.modify_thread(first.thread_id, add, remove)
        return add, remove

    bring_about("SLA/Medium")
    store.deliver(SUPPORT, a_mail("Re: Rear light"), thread_id=first.thread_id)
    bring_about("SLA/Urgent")

    messages = mailbox.thread(first.thread_id).messages
    assert len(messages) == 2
    assert all(message.label_ids & set(ids.values()) == {ids["SLA/Urgent"]} for message in messages)
    assert bring_about("SLA/Urgent") == ((), ())
    assert bring_about() == ((), (ids["SLA/Urgent"],))


def test_a_label_that_is_there_in_another_case_is_taken_over(mailbox):
    made = mailbox.create_label("sla/low", "#98d7e4", "#0d3b44")

    assert mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44") == made


def test_a_colour_off_the_palette_still_makes_a_label(mailbox):
    assert mailbox.create_label("SLA/Low", "#123456", "#ffffff").name == "SLA/Low"


def test_unknown_labels_and_threads_are_told_apart(store, mailbox):
    placed = store.deliver(SUPPORT, a_mail("Rear light"))

    with pytest.raises(Refused):
        mailbox.modify_thread(placed.thread_id, ["Label_404"], [])
    with pytest.raises(Gone):
        mailbox.modify_thread("ffffffffffffffff", ["INBOX"], [])
    with pytest.raises(Gone):
        mailbox.thread("ffffffffffffffff")


def test_a_reminder_goes_out_as_a_thread_of_its_own(mailbox):
    start = mailbox.profile().history_id

    sent = mailbox.send(reminder())

    message = mailbox.message(sent.id)
    assert message.thread_id == sent.thread_id
    assert "SENT" in message.label_ids
    assert ("added", sent.id) in history_of(mailbox, start)


def test_a_mail_whose_answer_was_lost_has_gone_out_exactly_once(gmail, mailbox):
    gmail.faults.plan(Fault("drop_after", "messages.send"))

    with pytest.raises(OutcomeUnknown):
        mailbox.send(reminder())

    assert len(mailbox.threads("in:sent").thread_ids) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("drop_before", "messages.send"), OutcomeUnknown),
        (Fault("status", "messages.send", code=503), OutcomeUnknown),
        (Fault("status", "messages.send", code=429, reason="rateLimitExceeded"), TryLater),
        (Fault("status", "messages.send", code=403, reason="userRateLimitExceeded"), TryLater),
        (Fault("status", "messages.send", code=403, reason="insufficientPermissions"), AccessLost),
    ],
)
def test_a_mail_that_was_not_taken_is_not_tried_again_by_itself(gmail, mailbox, fault, error):
    gmail.faults.plan(fault)

    with pytest.raises(error):
        mailbox.send(reminder())

    assert mailbox.threads("in:sent").thread_ids == ()


def test_a_dropped_line_while_reading_is_taken_up_again_at_once(gmail, mailbox):
    gmail.faults.plan(Fault("drop_before", "*"))

    assert mailbox.profile().address == SUPPORT
    assert gmail.faults.planned() == []


def test_a_revoked_mailbox_is_lost_and_comes_back_when_it_is_allowed_again(store, gmail, mailbox):
    renewing = GoogleMailbox(
        Credentials(SUPPORT, refresh_token=SUPPORT, token_uri=f"{gmail.url}/token", client_id="i", client_secret="s"),
        api_root=gmail.url,
    )
    store.revoke(SUPPORT)
    with closing(renewing):
        for opened in (mailbox, renewing):
            with pytest.raises(AccessLost, match="inboxsla connect"):
                opened.profile()

        store.revoke(SUPPORT, revoked=False)

        assert renewing.profile() == mailbox.profile()
