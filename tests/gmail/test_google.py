from datetime import UTC, datetime

import pytest

from inboxsla.errors import Gone, HistoryExpired, Refused, TryLater
from inboxsla.gmail.port import Change, Label
from tests.gmail.stub_google import PROFILE, SUPPORT, Answer, a_message, complaint

# Reading


def test_the_profile_tells_the_address_and_the_cursor(google, mailbox):
    google.will_answer(Answer({"emailAddress": SUPPORT, "historyId": "18446744073709551615", "messagesTotal": 3}))

    profile = mailbox.profile()

    assert (profile.address, profile.history_id) == (SUPPORT, "18446744073709551615")
    assert google.asked[0].path == "/gmail/v1/users/me/profile"
    assert google.asked[0].headers["authorization"] == "Bearer ana-token"


def test_history_asks_for_everything_in_every_label(google, mailbox):
    google.will_answer(Answer({"historyId": "9"}))

    mailbox.history("123456789012345678901234567890", "page-2")

    query = google.asked[0].query
    assert query["startHistoryId"] == ["123456789012345678901234567890"]
    assert query["pageToken"] == ["page-2"]
    assert set(query["historyTypes"]) == {"messageAdded", "messageDeleted", "labelAdded", "labelRemoved"}
    assert "labelId" not in query


def test_a_page_of_history_without_records_still_leads_to_the_next_page(google, mailbox):
    google.will_answer(Answer({"historyId": "9", "nextPageToken": "more"}))

    page = mailbox.history("5")

    assert (page.changes, page.history_id, page.next_page_token) == ((), "9", "more")


def test_history_keeps_the_order_of_records_and_every_kind_of_a_record(google, mailbox):
    m1, m2 = {"id": "m1", "threadId": "t1"}, {"id": "m2", "threadId": "t2"}
    records = [
        {"id": "6", "messages": [m1, m2], "messagesAdded": [{"message": {**m1, "labelIds": ["INBOX", "UNREAD"]}}]},
        {"id": 7, "messages": [m2], "messagesAdded": [{"message": m2}], "messagesDeleted": [{"message": m2}]},
        {"id": "8", "labelsAdded": [{"message": {**m1, "labelIds": ["INBOX", "X"]}, "labelIds": ["X"]}]},
        {"id": "9", "labelsRemoved": [{"message": m1, "labelIds": ["INBOX"]}], "somethingNew": [1]},
        {"id": "10", "messages": [m1]},
    ]
    google.will_answer(Answer({"history": records, "historyId": 11}))

    page = mailbox.history("5")

    assert page.history_id == "11"
    assert page.next_page_token is None
    assert page.changes == (
        Change("added", "6", "m1", "t1", frozenset({"INBOX", "UNREAD"})),
        Change("added", "7", "m2", "t2", None),
        Change("deleted", "7", "m2", "t2", None),
        Change("labels_added", "8", "m1", "t1", frozenset({"X"})),
        Change("labels_removed", "9", "m1", "t1", frozenset({"INBOX"})),
    )


def test_a_history_page_that_names_no_cursor_reaches_as_far_as_its_last_record(google, mailbox):
    google.will_answer(Answer({"history": [{"id": "6"}, {"id": "8"}]}), Answer({}))

    assert mailbox.history("5").history_id == "8"
    assert mailbox.history("5").history_id == "5"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(complaint(404, "notFound", "Requested entity was not found."), 404),
        Answer(complaint(400, "invalidArgument", "Invalid value at 'start_history_id'"), 400),
        Answer(b"", 404),
    ],
)
def test_a_cursor_gmail_has_forgotten_means_listing_anew(google, mailbox, answer):
    google.will_answer(answer)

    with pytest.raises(HistoryExpired):
        mailbox.history("5")


def test_threads_are_searched_outside_spam_and_trash(google, mailbox):
    google.will_answer(
        Answer({"threads": [{"id": "t2"}, {"id": "t1", "snippet": "x"}], "nextPageToken": "p"}), Answer()
    )

    found = mailbox.threads("newer_than:30d in:inbox")
    assert (found.thread_ids, found.next_page_token) == (("t2", "t1"), "p")
    assert mailbox.threads("", "p").thread_ids == ()

    first, second = google.asked
    assert (first.query["q"], first.query["includeSpamTrash"]) == (["newer_than:30d in:inbox"], ["false"])
    assert "q" not in second.query
    assert second.query["pageToken"] == ["p"]


def test_a_thread_comes_oldest_message_first_with_its_payload_untouched(google, mailbox):
    payload = {"mimeType": "text/plain", "headers": [{"name": "SUBJECT", "value": "Lamp"}], "x-new": 1}
    early = a_message("m1", historyId="4", labelIds=["INBOX"], payload=payload, sizeEstimate=812, internalDate=1000)
    google.will_answer(Answer({"id": "t1", "historyId": "9", "messages": [a_message("m2"), early], "snippet": "?"}))

    thread = mailbox.thread("t1")

    assert [message.id for message in thread.messages] == ["m1", "m2"]
    first, second = thread.messages
    assert first.payload == payload
    assert (first.label_ids, first.history_id, first.size) == (frozenset({"INBOX"}), "4", 812)
    assert first.internal_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert second.internal_at == datetime(2026, 11, 24, 9, 48, 0, 123000, tzinfo=UTC)
    assert (second.label_ids, second.history_id, second.payload, second.size) == (frozenset(), "", {}, 0)
    assert google.asked[0].query["format"] == ["full"]


def test_an_empty_thread_is_a_thread_without_messages(google, mailbox):
    google.will_answer(Answer({"id": "t1"}))
    assert mailbox.thread("t1").messages == ()


def test_an_id_is_opaque_text_and_cannot_lead_elsewhere(google, mailbox):
    google.will_answer(Answer(a_message("m1")))

    mailbox.message("../drafts?x=ü")

    assert google.asked[0].path == "/gmail/v1/users/me/messages/..%2Fdrafts%3Fx%3D%C3%BC"


def test_messages_and_threads_that_no_longer_exist_are_gone(google, mailbox):
    google.will_answer(*[Answer(complaint(404, "notFound", "Requested entity was not found."), 404)] * 3)

    with pytest.raises(Gone):
        mailbox.message("m1")
    with pytest.raises(Gone):
        mailbox.thread("t1")
    with pytest.raises(Gone):
        mailbox.modify_thread("t1", ["L1"], [])


def test_a_wrong_address_of_google_is_named_as_such(google, mailbox):
    google.will_answer(*[Answer(b"<h1>Not here</h1>", 404)] * 3)

    for ask in (mailbox.profile, mailbox.labels, lambda: mailbox.threads("")):
        with pytest.raises(Refused, match="api_root"):
            ask()


@pytest.mark.parametrize("path", ["", "/", "/gateway", "/gateway/"])
def test_the_api_root_may_have_a_path_and_a_slash_or_not(google, connect, path):
    google.will_answer(PROFILE)

    connect(api_root=google.url + path).profile()

    assert google.asked[0].path == f"{path.rstrip('/')}/gmail/v1/users/me/profile"


# Labels


def test_labels_are_told_apart_from_gmails_own_even_without_a_type(google, mailbox):
    google.will_answer(
        Answer({"labels": [{"id": "INBOX", "name": "INBOX"}, {"id": "Label_1", "name": "SLA", "type": "user"}]}),
        Answer(),
    )

    assert list(mailbox.labels()) == [Label("INBOX", "INBOX", "system"), Label("Label_1", "SLA", "user")]
    assert list(mailbox.labels()) == []


def test_a_new_label_is_shown_everywhere_and_coloured(google, mailbox):
    google.will_answer(Answer({"id": "Label_5", "name": "SLA/Low", "type": "user"}))

    assert mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44") == Label("Label_5", "SLA/Low")
    assert google.asked[0].body == {
        "name": "SLA/Low",
        "labelListVisibility": "labelShow",
        "messageListVisibility": "show",
        "color": {"backgroundColor": "#98d7e4", "textColor": "#0d3b44"},
    }


@pytest.mark.parametrize("reason", ["aborted", "duplicate", "alreadyExists"])
def test_a_label_that_exists_in_another_case_is_taken_over(google, mailbox, reason):
    google.will_answer(
        Answer(complaint(409, reason, "Label name exists or conflicts"), 409),
        Answer({"labels": [{"id": "INBOX", "name": "INBOX"}, {"id": "Label_9", "name": "sla/LOW", "type": "user"}]}),
    )

    assert mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44") == Label("Label_9", "sla/LOW")


def test_a_label_that_exists_but_is_not_listed_yet_is_a_matter_of_time(google, mailbox):
    google.will_answer(Answer(complaint(409, "aborted"), 409), Answer({"labels": []}))

    with pytest.raises(TryLater):
        mailbox.create_label("SLA/Low", "#98d7e4", "#0d3b44")


def test_a_colour_gmail_does_not_know_costs_the_colour_and_not_the_label(google, mailbox):
    google.will_answer(
        Answer(complaint(400, "invalidArgument", "Label color #123456 is not on the allowed color palette"), 400),
        Answer({"id": "Label_5", "name": "SLA/Low"}),
    )

    assert mailbox.create_label("SLA/Low", "#123456", "#ffffff").id == "Label_5"
    assert "color" not in google.asked[1].body


def test_a_label_name_gmail_will_not_have_is_refused(google, mailbox):
    google.will_answer(*[Answer(complaint(400, "invalidArgument", "Invalid label name"), 400)] * 2)

    with pytest.raises(Refused, match="Invalid label name"):
        mailbox.create_label("Inbox", "#98d7e4", "#0d3b44")


def test_labels_go_on_and_off_a_whole_thread_in_one_call_and_nothing_in_none(google, mailbox):
    google.will_answer(Answer({"id": "t1"}), Answer(b""))

    mailbox.modify_thread("t1", ["L1"], ["L2", "L3"])
    mailbox.modify_thread("t1", [], ["L1"])
    mailbox.modify_thread("t1", [], [])

    assert len(google.asked) == 2
    assert google.asked[0].path == "/gmail/v1/users/me/threads/t1/modify"
    assert google.asked[0].body == {"addLabelIds": ["L1"], "removeLabelIds": ["L2", "L3"]}


def test_a_label_id_gmail_does_not_know_is_refused(google, mailbox):
    google.will_answer(Answer(complaint(400, "invalidArgument", "labelId not found"), 400))

    with pytest.raises(Refused, match="labelId not found"):
        mailbox.modify_thread("t1", ["L99"], [])


def test_the_addresses_an_account_sends_under_are_those_that_were_confirmed(google, mailbox):
    google.will_answer(
        Answer(
            {
                "sendAs": [
                    {"sendAsEmail": SUPPORT, "isPrimary": True},
                    {"sendAsEmail": "Help@lumenvelo.example", "verificationStatus": "accepted"},
                    {"sendAsEmail": "boss@elsewhere.example", "verificationStatus": "pending"},
                    {"displayName": "no address"},
                ]
            }
        ),
        Answer({}),
        Answer(complaint(404, "notFound", "Requested entity was not found."), 404),
    )

    assert mailbox.send_as() == {SUPPORT, "help@lumenvelo.example"}
    assert google.asked[0].path == "/gmail/v1/users/me/settings/sendAs"
    assert mailbox.send_as() == frozenset()
    with pytest.raises(Refused):
        mailbox.send_as()
