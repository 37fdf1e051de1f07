from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select, update

from inboxsla.storage import records
from inboxsla.storage.schema import envelopes
from tests.web.reading import page, words
from tests.web.shop import ANA, TUESDAY, Shop, minutes


def test_mails_are_listed_newest_first_with_their_state_in_words(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    ids = [lumen.mails(ticket, ANA, f"Due in {number} min") for number in (1, 2, 3, 4)]
    with lumen.ports.db.write() as conn:
        for mail, state in zip(ids, ("sent", "unknown", "failed"), strict=False):
            reason, sent_at = ("Gmail refused the address", None) if state == "failed" else (None, TUESDAY)
            changed = update(envelopes).where(envelopes.c.id == mail)
            conn.execute(changed.values(state=state, reason=reason, sent_at=sent_at))

    listed = [words(row) for row in page(claire, "/mail").select("tbody tr")]

    assert listed == [
        f"Due in 4 min {ANA} written 10:48 CET waiting to be sent Ticket {ticket}",
        f"Due in 3 min {ANA} written 10:48 CET not sent : Gmail refused the address Ticket {ticket}",
        f"Due in 2 min {ANA} written 10:48 CET perhaps sent; we look for it before trying again Ticket {ticket}",
        f"Due in 1 min {ANA} written 10:48 CET sent 10:48 CET Ticket {ticket}",
    ]


def test_a_mail_is_shown_in_a_frame_that_can_run_nothing(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(50))
    html = "<html><head></head><body><script>alert(1)</script><a href='https://mail.google.com/'>Open</a></body></html>"
    mail = lumen.mails(ticket, ANA, "Due in 9 min", html)

    frame = page(claire, f"/mail/{mail}").iframe
    assert frame is not None
    assert frame["sandbox"] == ["allow-popups", "allow-popups-to-escape-sandbox"]
    body = claire.get(str(frame["src"]))

    policy = body.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'self'" in policy
    assert '<head><base target="_blank">' in body.text
    assert body.headers["Cache-Control"] == "no-store"


def test_a_mail_can_be_read_as_text(lumen: Shop, claire: FlaskClient) -> None:
    mail = lumen.mails(lumen.asks("Refund", "Zofia", ago=minutes(50)), ANA, "Due in 9 min")

    assert words(page(claire, f"/mail/{mail}?as=text").pre) == "Please answer."


def test_a_mail_that_is_nothing_but_text_as_those_to_customers_are_is_shown_at_once(
    lumen: Shop, claire: FlaskClient
) -> None:
    mail = lumen.mails(
        lumen.asks("Refund", "Zofia", ago=minutes(50)), "zofia@rowery-nocne.example", "Re: Refund", html=""
    )

    shown = page(claire, f"/mail/{mail}")
    assert words(shown.pre) == "Please answer."
    assert shown.iframe is None
    assert "As it looks" not in words(shown.main)


def test_line_ends_of_mail_are_no_hostile_text(lumen: Shop, claire: FlaskClient) -> None:
    mail = lumen.mails(lumen.asks("Refund", "Zofia", ago=minutes(50)), ANA, "Due in 9 min")
    with lumen.ports.db.write() as conn:
        raw = conn.execute(select(envelopes.c.raw).where(envelopes.c.id == mail)).scalar_one()
        conn.execute(update(envelopes).where(envelopes.c.id == mail).values(raw=raw.replace("\n", "\r\n")))

    text = page(claire, f"/mail/{mail}?as=text").pre
    assert text is not None
    assert "\N{REPLACEMENT CHARACTER}" not in text.get_text()


def test_a_mail_that_does_not_exist_is_not_found(claire: FlaskClient) -> None:
    assert claire.get("/mail/4711").status_code == 404
    assert claire.get("/mail/4711/body").status_code == 404


def test_messages_kept_aside_are_listed_with_their_reason(lumen: Shop, claire: FlaskClient) -> None:
    assert "Nothing is kept aside" in words(page(claire, "/kept-aside").main)
    with lumen.ports.db.write() as conn:
        records.keep_aside(conn, lumen.mailbox_id, "m17", "It has no sender.", TUESDAY)

    assert [words(row) for row in page(claire, "/kept-aside").select("tbody tr")] == [
        "It has no sender. m17 support@lumenvelo.example 10:48 CET"
    ]


def test_a_message_of_a_file_is_named_by_its_place_there(lumen: Shop, claire: FlaskClient) -> None:
    reason = (
        "neither its From_ line nor Received nor Date says a plausible time (message 3 of old (1).mbox, at byte 1964)"
    )
    with lumen.ports.db.write() as conn:
        records.keep_aside(conn, lumen.mailbox_id, "mbox-29b74ebc#0", reason, TUESDAY)

    found = page(claire, "/kept-aside")

    assert [words(cell) for cell in found.select("tbody td")][:2] == [
        "Neither the line it begins with nor Received nor Date says a plausible time.",
        "Message 3 of old (1).mbox",
    ]
    assert words(found.select_one(".lead-line")).endswith("They are still in the file they came from.")

    with lumen.ports.db.write() as conn:
        records.keep_aside(conn, lumen.mailbox_id, "m17", "It has no sender.", TUESDAY)

    both = words(page(claire, "/kept-aside").select_one(".lead-line"))
    assert both.endswith("They are still where they came from: in the mailbox, or in the file.")
