"""Figures about single persons are off until an approval of them is on record, and again once it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from inboxsla.services import privacy
from inboxsla.services.privacy import approving
from inboxsla.services.privacy.approving import NotRecorded
from inboxsla.storage import schema
from tests.builders import CLAIRE, Desk


def logged(desk: Desk) -> list[tuple[str, str, object, object]]:
    with desk.database.read() as conn:
        rows = conn.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
    return [(row.actor, row.what, row.before, row.after) for row in rows if row.what.startswith(approving.WHAT)]


def test_they_are_off_until_somebody_approved_and_off_again_when_that_is_revoked(one_desk: Desk) -> None:
    ports = one_desk.ports
    assert not privacy.person_figures_approved(ports)
    assert not approving.revoke(ports, CLAIRE)

    approving.approve(ports, "Ute Öztürk", "works council", "2026-11-20", CLAIRE)
    assert privacy.person_figures_approved(ports)

    one_desk.clock.forward(days=1)
    assert approving.revoke(ports, CLAIRE)
    assert not privacy.person_figures_approved(ports)
    told = {"approved by": "Ute Öztürk", "as": "works council", "on": "2026-11-20"}
    assert logged(one_desk) == [
        (CLAIRE, f"{approving.WHAT} approved", None, told),
        (CLAIRE, f"{approving.WHAT} revoked", told, None),
    ]


def test_an_approval_says_who_as_what_and_on_a_day_that_has_come(one_desk: Desk) -> None:
    tomorrow = (one_desk.clock() + timedelta(days=1)).date().isoformat()
    with pytest.raises(NotRecorded) as refused:
        approving.approve(one_desk.ports, " ", "works\ncouncil", tomorrow, CLAIRE)
    assert sorted(refused.value.wrong) == ["approved_by", "approved_on", "role"]
    with pytest.raises(NotRecorded, match="on which day"):
        approving.approve(one_desk.ports, "Ute", "works council", "yesterday", CLAIRE)
    assert not privacy.person_figures_approved(one_desk.ports)
    assert logged(one_desk) == []
