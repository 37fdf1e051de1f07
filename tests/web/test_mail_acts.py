"""Links in mails: pressed by people, looked at by scanners, forwarded, forged, and too old."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.sign_in import SignIn
from inboxsla.domain.people import Absence
from inboxsla.domain.timeline import Status
from inboxsla.services import desk as verbs
from inboxsla.services import secret, sign_in
from inboxsla.services.action_links import Signer
from inboxsla.storage import absences, people
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, ZOFIA, Desk
from tests.web.mail_links import browser, links, newest, page, press, reminded, text
from tests.web.reading import words

BUTTONS = ["Take it", "Waiting on customer", "Hold 1 h", "Hold until Wed"]
LINKS = ["Hand over", "Answered elsewhere", "Add a note"]


@pytest.fixture
def thread(desk: Desk) -> str:
    return reminded(desk)


@pytest.fixture
def stranger(desk: Desk) -> FlaskClient:
    """A browser that has never been here."""
    return browser(desk)


def told_lead(desk: Desk, thread: str) -> dict[str, str]:
    """The links of the mail that the lead gets when the time is up; the ticket is Jonas's then."""
    desk.later(hours=0.6)
    desk.later(hours=0.4)
    (mail,) = [mail for mail in desk.mails() if mail["To"].addresses[0].addr_spec == CLAIRE]
    assert desk.ticket(thread).owner == JONAS
    return links(mail)


def test_a_reminder_offers_its_owner_what_can_be_done_and_somebody_else_to_take_it(desk: Desk, thread: str) -> None:
    assert list(newest(desk)) == [*BUTTONS[1:], *LINKS, "Mute it", "Ticket page"]
    assert set(told_lead(desk, thread)) == {*BUTTONS, *LINKS, "Ticket page"}


def test_who_is_rid_of_a_ticket_is_asked_for_nothing(desk: Desk, thread: str) -> None:
    told_lead(desk, thread)
    (mail,) = [mail for mail in desk.mails() if mail["To"].addresses[0].addr_spec == ANA and "With" in mail["Subject"]]
    assert list(links(mail)) == ["Ticket page"]


def test_where_an_admin_wants_it_a_link_acts_only_for_its_person_signed_in(desk: Desk, thread: str) -> None:
    chosen = desk.ports.settings.model_copy(update={"sign_in": SignIn(for_links=True)})
    desk.ports = replace(desk.ports, settings=chosen)
    link, visitor = newest(desk)["Waiting on customer"], browser(desk)
    path = urlsplit(link).path

    for method in ("GET", "POST"):
        asked = visitor.open(path, method=method)
        assert (asked.status_code, urlsplit(asked.location).path) == (303, "/sign-in")
    visitor.get(sign_in.make_link(desk.ports, "http://localhost", CLAIRE))
    assert visitor.post(path).status_code == 303
    assert desk.ticket(thread).status == "open"

    visitor.get(sign_in.make_link(desk.ports, "http://localhost", ANA))
    assert "Done The ticket waits for the customer." in press(visitor, link)


def test_a_button_does_what_it_says_without_sign_in(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    said = press(stranger, newest(desk)["Waiting on customer"])

    assert "Done The ticket waits for the customer." in said
    assert desk.ticket(thread).status == Status.WAITING
    assert desk.events(thread)[-1].actor == ANA
    assert stranger.get("/tickets").status_code == 401, "a link is no sign-in"


def test_a_reminder_mutes_the_next_one(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    assert "You get no reminder of it any more" in press(stranger, newest(desk)["Mute it"])
    desk.later(hours=0.6)
    assert desk.mailed() == [ANA]


def test_looking_changes_nothing_whoever_looks(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    before = desk.events(thread)
    for path in newest(desk).values():
        if path.startswith("/act/"):
            assert stranger.head(path).status_code == 200
            assert stranger.get(path, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
            assert stranger.get(path).status_code == 200
            assert stranger.get(path).headers["Referrer-Policy"] == "no-referrer"
            assert "Set-Cookie" not in stranger.get(path).headers
    assert desk.events(thread) == before


def test_no_page_behind_a_link_says_who_the_customer_is_or_what_they_wrote(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    paths = newest(desk)
    desk.writes_again(thread, text="And my PIN is 4711.")
    desk.catch_up()
    seen = [stranger.get(path).text for path in paths.values() if path.startswith("/act/")]
    seen.append(stranger.post(paths["Waiting on customer"]).text)
    seen.append(stranger.post(paths["Hold until Wed"], data={"reason": ""}).text)

    assert len(seen) == 9
    for html in seen:
        assert not [secret for secret in ("Refund", "IBAN", "PIN", "Zofia", ZOFIA, SUPPORT) if secret in html]
    assert "The customer wrote at 13:48" in text(seen[0])
    assert "Ticket 1 · Open · Ana Ruiz owns it" in text(seen[0])
    assert "You act as Ana Ruiz." in text(seen[0])


def test_a_second_press_does_nothing_twice(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    path = newest(desk)["Waiting on customer"]
    press(stranger, path)
    before = desk.events(thread)

    again = text(stranger.post(path).text)

    assert "Done already The ticket waits for the customer." in again
    assert desk.events(thread) == before
    looked = page(stranger, path)
    assert "This was done at 13:48" in looked
    assert "Waiting on customer · Ana Ruiz owns it" in looked


def test_undo_takes_back_what_the_button_did_and_nothing_else(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    path = newest(desk)["Waiting on customer"]
    press(stranger, path)
    assert "Taken back." in press(stranger, path), "what is offered then is Undo"
    assert desk.ticket(thread).status == Status.OPEN

    assert "Undo" not in page(stranger, path)
    later = newest(desk)["Hold until Wed"]
    press(stranger, later)
    form = BeautifulSoup(stranger.post(later, data={"reason": "x"}).text, "lxml").form
    assert form is not None
    verbs.take(desk.ports, desk.ticket(thread).id, JONAS)
    assert "This cannot be taken back any more" in text(stranger.post(str(form["action"])).text)
    assert desk.ticket(thread).owner == JONAS


def test_who_was_faster_is_named_and_may_still_be_overruled_by_who_has_read_it(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    path = told_lead(desk, thread)["Take it"]
    verbs.hand_over(desk.ports, desk.ticket(thread).id, ANA, JONAS)

    assert "Jonas Weber was faster." in text(stranger.post(path).text)
    assert desk.ticket(thread).owner == ANA
    assert "Since this mail was sent: Jonas Weber gave it to Ana Ruiz at 14:48" in page(stranger, path)

    assert "The ticket is yours." in press(stranger, path)
    assert desk.ticket(thread).owner == CLAIRE


def test_what_is_no_longer_needed_shows_how_things_stand_and_no_button(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    path = newest(desk)["Waiting on customer"]
    verbs.take(desk.ports, desk.ticket(thread).id, JONAS)
    verbs.set_status(desk.ports, desk.ticket(thread).id, Status.SOLVED, JONAS)

    answer = stranger.get(path)

    said = text(answer.text)
    assert "Solved · Jonas Weber owns it" in said
    assert "Jonas Weber took it at 13:48" in said
    assert "This is no longer needed." in said
    assert "<form" not in answer.text


def test_a_hold_begins_at_once_and_ends_when_the_button_said(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    said = press(stranger, newest(desk)["Hold until Wed"])

    assert "The ticket is on hold until Wed 00:00 CET: held from a reminder." in said
    assert desk.ticket(thread).status == Status.ON_HOLD


def test_a_hold_for_an_hour_lasts_an_hour_from_when_it_is_pressed(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    desk.clock.forward(minutes=20)

    assert "on hold until 15:08 CET" in press(stranger, newest(desk)["Hold 1 h"])


def test_who_is_asked_whether_they_are_away_says_so_by_the_link(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    ours = desk.mails()[-1]
    desk.writes(
        ANA,
        "I am away.",
        f"Automatic reply: {ours['Subject']}",
        headers={"Auto-Submitted": "auto-replied", "In-Reply-To": ours["Message-ID"]},
    )
    desk.catch_up()
    path = newest(desk)["Say when I am away"]
    said = page(stranger, path)
    assert "Ticket 1 · " not in said

    said = press(stranger, path, start="2026-11-24", until="2026-12-07")
    assert "away" in said
    with desk.database.read() as conn:
        assert absences.of(conn, ANA) == Absence(date(2026, 11, 24), date(2026, 12, 7))


def test_a_form_says_at_its_field_what_cannot_be_meant_and_keeps_what_was_written(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    answer = stranger.post(newest(desk)["Hold until Wed"], data={"reason": "supplier", "until": "2026-11-23T09:00"})

    shown = BeautifulSoup(answer.text, "lxml")
    assert words(shown.find(id="wrong-until")) == "A hold ends in the future. Choose a later date."
    assert shown.select_one("#reason[value=supplier]") is not None
    assert desk.ticket(thread).status == Status.OPEN


def test_each_note_is_kept_and_the_same_one_only_once(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    path = newest(desk)["Add a note"]
    before = len(desk.events(thread))
    for note in ("Called her.", "Called her.", "She calls back."):
        assert "The note is added." in press(stranger, path, text=note)
    assert len(desk.events(thread)) == before + 2


def test_a_colleague_is_chosen_from_the_list(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    assert "Choose who takes it." in press(stranger, newest(desk)["Hand over"])
    assert "The ticket is with Jonas Weber now." in press(stranger, newest(desk)["Hand over"], to=JONAS)
    assert "not on the people list" in press(stranger, newest(desk)["Hand over"], to="mallory@evil.example")


def test_what_was_answered_elsewhere_is_told_with_its_time(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    said = press(stranger, newest(desk)["Answered elsewhere"], how="phone", at="2026-11-24T13:30")
    assert "Noted as answered at 13:30" in said


def test_a_link_that_is_not_whole_or_not_ours_does_nothing(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    token = newest(desk)["Waiting on customer"].removeprefix("/act/")
    for number, spoilt in enumerate((f"{token}x", token[:20], f"x{token}", "eyJhIjoxfQ.x", "%00", "é", "a" * 5000)):
        stranger.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        for answer in (stranger.get(f"/act/{spoilt}"), stranger.post(f"/act/{spoilt}")):
            assert answer.status_code == 404, spoilt
            assert "Press the button in the mail itself" in text(answer.text)
            assert "Ana" not in answer.text
    assert desk.ticket(thread).status == Status.OPEN


def test_a_link_works_for_seven_days(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    path = newest(desk)["Waiting on customer"]
    desk.clock.forward(days=7, seconds=-1)
    assert stranger.get(path).status_code == 200
    desk.clock.forward(seconds=2)

    for answer in (stranger.get(path), stranger.post(path)):
        assert answer.status_code == 410
        assert text(answer.text).endswith("about the ticket, or open the ticket in Gmail or on the board. To the board")
    assert desk.ticket(thread).status == Status.OPEN


def test_a_link_dies_with_its_persons_place_on_the_list(desk: Desk, thread: str, stranger: FlaskClient) -> None:
    path = newest(desk)["Waiting on customer"]
    with desk.database.write() as conn:
        left = [person for person in people.of_mailbox(conn, desk.id) if person.address != ANA]
        people.replace_all(conn, desk.id, left)

    for answer in (stranger.get(path), stranger.post(path)):
        assert answer.status_code == 403
        assert "not on the people list of the mailbox any more" in text(answer.text)
    assert desk.ticket(thread).status == Status.OPEN


def test_a_new_key_ends_all_links(desk: Desk, thread: str) -> None:
    path = newest(desk)["Waiting on customer"]
    (desk.ports.settings.data_dir / secret.NAME).unlink()

    assert browser(desk).get(path).status_code == 404


def test_a_link_to_a_ticket_or_for_a_person_that_is_gone_does_nothing(
    desk: Desk, thread: str, stranger: FlaskClient
) -> None:
    signer = Signer(desk.ports.settings)
    # Only whoever has the key can make these.
    link = signer.read(newest(desk)["Waiting on customer"].removeprefix("/act/"), desk.clock())

    gone = replace(link, ticket_id=2**31 - 1)
    nobody = replace(link, person_id=999)

    assert stranger.get(f"/act/{signer.token(gone)}").status_code == 404
    assert stranger.get(f"/act/{signer.token(nobody)}").status_code == 403
    assert link.expires_at - desk.clock() == timedelta(days=7)
