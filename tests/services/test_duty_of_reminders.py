"""Reminders and people's hours: what waits for somebody, who is told in their place, and what is never passed over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from inboxsla.domain.people import Person, Team
from inboxsla.domain.speech import English
from inboxsla.services import queries, ticking
from inboxsla.storage import outbox
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.conftest import Opens
from tests.services.staffing import OFFICE, routed, staffed
from tests.staff import away, hours, person

OMAR = "omar@lumenvelo.example"
BERLIN = "Europe/Berlin"
# A desk opens on Tuesday at 10:48 in Berlin, 09:48 UTC; the office is open from 8 to 20 there.
EARLY, LATE = hours("07:00", "13:00", BERLIN), hours("14:00", "20:00", BERLIN)
ON_LEAVE = ("2026-11-23", "2026-11-30")


@pytest.fixture
def office(opens: Opens) -> Desk:
    """A desk whose promises count in office hours: four hours for the first response."""
    return opens(calendar=OFFICE)


def anas(desk: Desk, *people: Person, **more: Any) -> str:
    """A customer's mail that Ana owns, at a desk of these people."""
    staffed(desk, *people, **more)
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    return thread


def said(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text is not None
    # Without the marks that keep a name from turning the text around it.
    return " ".join(text.get_content().translate({0x2068: None, 0x2069: None}).split())


def waits(desk: Desk, thread: str) -> list[str]:
    """What the ticket's page says of what fell due and waits."""
    ahead = queries.ticket(desk.ports, desk.ticket(thread).id, English(BERLIN)).planned
    return [entry.what.replace("\u00a0", " ") for entry in ahead if entry.icon == "wait"]


def at(desk: Desk, hour: int, minute: int, day: int = 24) -> None:
    """A time in Berlin in November comes, and everything due by then is done."""
    desk.clock.at = datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)
    desk.catch_up()


def test_people_without_hours_of_their_own_are_told_at_any_time(office: Desk) -> None:
    anas(office, person(ANA))
    at(office, 13, 48)
    assert office.mailed() == [ANA]


def test_a_reminder_waits_for_the_owner_who_is_back_before_it_is_due(office: Desk) -> None:
    """C12, C58: held until the owner's hours begin, and sent then."""
    thread = anas(office, person(ANA, calendar=LATE), person(JONAS), person(CLAIRE, "lead"))
    at(office, 13, 48)
    assert office.mailed() == []
    assert office.outbox() == {"owed": 1}
    assert waits(office, thread) == ["Reminder waits until 14:00 CET, when Ana Ruiz is on duty"]
    at(office, 13, 59)
    assert office.mailed() == []
    at(office, 14, 0)
    assert office.mailed() == [ANA]
    assert waits(office, thread) == []


def test_what_was_answered_while_it_waited_is_not_mailed(office: Desk) -> None:
    thread = anas(office, person(ANA, calendar=LATE), person(JONAS))
    at(office, 13, 48)
    office.answers(thread, JONAS)
    at(office, 13, 50)
    assert waits(office, thread) == []
    at(office, 14, 0)
    assert office.mailed() == []


def test_an_owner_who_is_not_back_in_time_is_stood_in_for_by_a_colleague_on_duty(office: Desk) -> None:
    """C42b: an owner off duty never means that nobody is told."""
    anas(office, person(ANA, calendar=EARLY), person(JONAS), person(CLAIRE, "lead"))
    at(office, 13, 48)
    assert office.mailed() == [JONAS]
    assert "You get this in place of Ana Ruiz, off duty now." in said(office.mails()[0])


def test_round_the_clock_nobody_is_waited_for(opens: Opens) -> None:
    """C12: a promise that counts at night is a promise to be told at night."""
    desk = opens(calendar={"zone": BERLIN, "hours": "24x7"})
    anas(desk, person(ANA, calendar=LATE), person(JONAS))
    at(desk, 13, 48)
    assert desk.mailed() == [JONAS]


def test_on_vacation_the_substitutes_are_told_and_the_owner_is_not(opens: Opens) -> None:
    """C54, C55: nobody on vacation gets mail; whoever their substitutes lead to does."""
    office = opens(calendar=OFFICE, assignment={"reassign_absent_after": "never"})
    ana = person(ANA, "agent", away(*ON_LEAVE, JONAS))
    anas(office, ana, person(JONAS, "agent", away(*ON_LEAVE, OMAR)), person(OMAR), person(CLAIRE, "lead"))
    at(office, 13, 48)
    assert office.mailed() == [OMAR]
    assert "You get this because you stand in for Ana Ruiz." in said(office.mails()[0])


def test_at_75_percent_the_owner_at_100_the_lead_as_well_and_nobody_else(office: Desk) -> None:
    """C52: the owner first, then the lead beside them; never all writers, all leads of other teams, or all admins."""
    people = (person(ANA), person(JONAS), person(CLAIRE, "lead"), person(OMAR, "admin"))
    thread = anas(office, *people, teams=[Team("Billing", (ANA,), lead=OMAR)])
    routed(office, thread, "Billing")
    at(office, 13, 48)
    assert office.mailed() == [ANA]
    at(office, 14, 48)
    assert Counter(office.mailed()) == {ANA: 2, OMAR: 1}


def test_a_lead_off_duty_is_stood_in_for_by_an_admin(office: Desk) -> None:
    """C42b: along the chain, up to any admin on duty."""
    anas(office, person(ANA), person(CLAIRE, "lead", calendar=EARLY), person(OMAR, "admin"))
    at(office, 14, 48)
    assert Counter(office.mailed()) == {ANA: 1, OMAR: 1}
    mail = next(each for each in office.mails() if OMAR in each["To"])
    assert "in place of Claire Dubois, off duty now" in said(mail)


def test_nobody_on_duty_is_an_alarm_and_the_first_who_is_back_is_told(office: Desk) -> None:
    """C42b: said loudly at once, and told late rather than never."""
    thread = anas(office, person(ANA, calendar=EARLY), person(CLAIRE, "lead", calendar=EARLY))
    at(office, 14, 48)
    assert office.mailed() == []
    assert set(waits(office, thread)) == {
        "Mail waits until Wed 07:00 CET, when Ana Ruiz is on duty",
        "Mail waits until Wed 07:00 CET, when Claire Dubois is on duty",
        "Hand-over waits until Wed 07:00 CET, when somebody who can take it is on duty",
    }
    assert any("Nobody could be told in time" in words for words in office.board().alarms)
    at(office, 7, 0, day=25)
    assert Counter(office.mailed()) == {ANA: 1, CLAIRE: 1}


def test_an_act_may_name_its_person(office: Desk) -> None:
    thread = anas(office, person(ANA), person(OMAR, "admin", calendar=LATE))
    act = {"metric": "first_response", "cycle": "", "percent": 75, "instant": office.clock().isoformat()}
    cycle = office.view(thread).clocks[0].reading.key
    with office.database.write() as conn:
        data = {**act, "cycle": cycle, "recipient": OMAR}
        outbox.put(
            conn, office.id, office.ticket(thread).id, [("named", "notify_person", "person", data)], office.clock()
        )
    office.catch_up()
    assert office.mailed() == []
    at(office, 14, 0)
    assert OMAR in office.mailed()


# Changes of people


def test_somebody_whose_absence_is_taken_back_gets_what_was_held(office: Desk) -> None:
    """C54: changes of absences reach what waits because of them."""
    anas(office, person(ANA, calendar=LATE))
    at(office, 13, 48)
    assert office.mailed() == []
    staffed(office, person(ANA))
    office.catch_up()
    assert office.mailed() == [ANA]


def test_somebody_who_falls_ill_while_a_reminder_waits_for_them_is_stood_in_for(office: Desk) -> None:
    """C54: held for Ana, who will not come; Jonas is told at once."""
    anas(office, person(ANA, calendar=LATE), person(JONAS))
    at(office, 13, 48)
    staffed(office, person(ANA, "agent", away("2026-11-24", "2026-12-01"), calendar=LATE), person(JONAS))
    office.catch_up()
    assert office.mailed() == [JONAS]


def test_the_ticker_finds_what_waited_when_its_time_has_come(office: Desk) -> None:
    anas(office, person(ANA, calendar=LATE))
    at(office, 13, 48)
    with office.database.read() as conn:
        assert outbox.mailboxes_owing(conn, office.clock()) == []
    office.clock.at = datetime(2026, 11, 24, 13, tzinfo=UTC)
    office.bell.rung.clear()  # type: ignore[union-attr]
    ticking.tick(office.ports, ticking.Memory())
    assert ("deliver", (office.id,)) in office.bell.rung  # type: ignore[union-attr]


# Reassigning at 100 %


def test_an_owner_off_duty_hands_on_even_what_they_touched(office: Desk) -> None:
    """DESIGN §5.17: to somebody on duty; the old owner hears of it when they are back."""
    thread = anas(office, person(ANA, calendar=EARLY), person(JONAS), person(CLAIRE, "lead"))
    at(office, 12, 50)
    office.sends(JONAS, "Do you have the order?", thread=thread, Sender=ANA)
    at(office, 14, 48)
    assert office.ticket(thread).owner == JONAS
    assert ANA not in office.mailed()
    at(office, 7, 0, day=25)
    assert office.mailed().count(ANA) == 1
    assert "With Jonas Weber now" in office.mails()[-1]["Subject"]


def test_with_nobody_on_duty_the_reassignment_waits_and_the_old_owner_is_told_of_both(office: Desk) -> None:
    thread = anas(office, person(ANA), person(JONAS, calendar=EARLY))
    at(office, 14, 48)
    assert office.ticket(thread).owner == ANA
    assert set(office.mailed()) == {ANA}
    when = "Hand-over waits until Wed 07:00 CET, when somebody who can take it is on duty"
    assert waits(office, thread) == [when]
    told = len(office.mailed())
    at(office, 7, 0, day=25)
    assert office.ticket(thread).owner == JONAS
    assert Counter(office.mailed()[told:]) == {ANA: 1, JONAS: 1}


def test_a_reassignment_that_waits_is_dropped_if_the_customer_got_an_answer(office: Desk) -> None:
    thread = anas(office, person(ANA), person(JONAS, calendar=EARLY))
    at(office, 14, 48)
    office.answers(thread, ANA)
    at(office, 7, 0, day=25)
    assert office.ticket(thread).owner == ANA
    assert JONAS not in office.mailed()


def test_a_flood_is_one_mail_to_each_and_the_rest_stays(opens: Opens) -> None:
    """DESIGN §5.17: a cap for each person, and one summary."""
    desk = opens(calendar=OFFICE, assignment={"cap_per_hour": 3})
    staffed(desk, person(ANA, calendar=EARLY), person(JONAS), person(CLAIRE, "lead"))
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(8)]
    desk.sync()
    for thread in threads:
        desk.owned_by(thread, ANA)
    at(desk, 14, 48)
    assert Counter(desk.ticket(thread).owner for thread in threads) == {JONAS: 3, CLAIRE: 3, ANA: 2}
    assert Counter(desk.mailed()) == {JONAS: 1, CLAIRE: 1}
