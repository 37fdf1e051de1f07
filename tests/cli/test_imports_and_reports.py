"""What an import and a report say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from inboxsla import listing
from inboxsla.services import auditing, importing, in_force
from inboxsla.services.ports import Ports
from tests.cli.story import STORY
from tests.services.mailbox_files import ANA, SUPPORT, Mail, imported, ports, written


def test_the_import_says_that_nothing_was_lost(port: Ports, tmp_path: Path) -> None:
    listed = Mail("8", to="x@lists.example", headers=("List-Id: <lamps.lists.example>",))
    draft = Mail("9", headers=("X-Gmail-Labels: Drafts",))
    text = listing.imported(
        *imported(port, written(tmp_path / "story.mbox", *STORY, STORY[0], listed, draft)), port.settings
    )
    assert "7 messages in the file = 6 imported + 1 kept aside" in text
    assert "imported: 5 new, 1 second copy\n" in text
    assert "kept aside: 1 because a draft" in text
    assert "--own-list lamps.lists.example   (1 message)" in text
    assert "answered by: Ana Ruiz" in text


def test_the_import_says_by_which_promises_it_judged_each_time(port: Ports, tmp_path: Path) -> None:
    file, empty = written(tmp_path / "story.mbox", *STORY), written(tmp_path / "empty.mbox")
    own = replace(port, settings=ports(port.db, tmp_path, policy={"first_response": "1h"}).settings)
    assert "  judged by: Default, version 1\n" in listing.imported(*imported(port, file), port.settings)
    anew = "  judged by: Default, version 2 (3 tickets of an earlier import judged anew)\n"
    assert anew in listing.imported(*imported(own, file), own.settings)
    assert "  judged by: Default, version 2\n" in listing.imported(*imported(own, file), own.settings)
    back = listing.imported(*imported(port, empty), port.settings)
    assert "holds no messages, so no mail was added" in back
    assert "  judged by: Default, version 3 (3 tickets" in back


def test_the_import_of_an_empty_file_says_so(port: Ports, tmp_path: Path) -> None:
    text = listing.imported(*imported(port, written(tmp_path / "empty.mbox"), agents=()), port.settings)
    assert "The file holds no messages, so nothing was changed." in text


def test_an_empty_file_does_not_speak_of_what_an_earlier_one_held(full: Ports, tmp_path: Path) -> None:
    text = listing.imported(*imported(full, written(tmp_path / "empty.mbox")), full.settings)
    assert "newest message" not in text
    assert "See it" not in text


def test_one_of_a_kind_is_counted_as_one(port: Ports, tmp_path: Path) -> None:
    bounce = Mail("9", "mailer-daemon@mail.example", subject="Undelivered", headers=("Auto-Submitted: auto-replied",))
    imported(port, written(tmp_path / "bounce.mbox", *STORY, bounce))
    text = listing.audit_text(auditing.audits(port), listing.speech(in_force.zone(port)))
    assert re.search(r"\b1 (bounce|automatic reply)[,;]", text)


def test_the_report_names_percentiles_and_compliance(full: Ports) -> None:
    text = listing.audit_text(auditing.audits(full), listing.speech(in_force.zone(full)))
    assert "support@lumenvelo.example, imported, as of Fri 5 Jun 2026 03:00 UTC" in text
    assert "Tickets         3: 3 open, 0 solved" in text
    assert "First response  1 answered, p50 1 h, p90 1 h; 2 waiting" in text
    assert re.search(r"First response +50\.0 % +1 +1 +0 +1 +0 +3 days 2 h", text)
    assert "A day           8 h of opening hours\n" in text
    assert re.search(r"Next response +– +0 +0 +0 +0 +0 +–", text)


def test_the_report_of_an_empty_mailbox_divides_by_nothing(port: Ports, tmp_path: Path) -> None:
    say = listing.speech(in_force.zone(port))
    assert "There is no mailbox to report on" in listing.audit_text(auditing.audits(port), say)
    imported(port, written(tmp_path / "empty.mbox"))
    assert "No messages yet" in listing.audit_text(auditing.audits(port), say)


def test_the_report_is_there_for_programs_too(full: Ports) -> None:
    (audit,) = json.loads(listing.audit_json(auditing.audits(full)))
    assert audit["first_response"] == {
        "answered": 1,
        "p50_seconds": 3600,
        "p90_seconds": 3600,
        "waiting": 2,
        "not_to_the_customer": 0,
    }
    assert audit["promises"]["first_response"]["kept"] == 0.5
    assert audit["promises"]["next_response"]["kept"] is None
    assert audit["as_of"] == "2026-06-05T03:00:00Z"


def test_the_import_speaks_of_files_by_name_only(port: Ports, tmp_path: Path) -> None:
    read = importing.read(port, written(tmp_path / "a.mbox", *STORY), SUPPORT, [ANA], [], lambda _: None)
    assert read.file == "a.mbox"
