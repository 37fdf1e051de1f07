"""Labels on the simulator's own pages: what a person does with the mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from inboxsla.gmail.simulator import Store, create_app
from inboxsla.gmail.simulator.context import Simulator

from .conftest import SUPPORT, arrives

HERE = {"Origin": "http://localhost"}


@pytest.fixture
def page(store: Store) -> Iterator[FlaskClient]:
    with create_app(Simulator(store)).test_client() as client:
        yield client


def test_a_label_is_put_on_and_taken_off(store: Store, page: FlaskClient, users: Any) -> None:
    thread = arrives(store).thread_id
    made = {
        name: users.labels().create(userId="me", body={"name": name}).execute()["id"]
        for name in ("SLA", "SLA/Do", "SLA/Do/Solve")
    }
    path = f"/threads/{thread}"

    shown = page.get(path).text
    assert f'<option value="{made["SLA/Do/Solve"]}">SLA/Do/Solve</option>' in shown
    assert ">SLA/Do</option>" not in shown

    page.post(f"{path}/label", data={"label": made["SLA/Do/Solve"], "to": "on"}, headers=HERE)
    assert '">SLA/Do/Solve</span>' in page.get(path).text
    page.post(f"{path}/label", data={"label": made["SLA/Do/Solve"], "to": "off"}, headers=HERE)
    assert '">SLA/Do/Solve</span>' not in page.get(path).text


def test_only_labels_of_this_mailbox_and_only_from_its_own_page(store: Store, page: FlaskClient) -> None:
    thread = arrives(store).thread_id
    path = f"/threads/{thread}/label"

    assert ">Put on<" not in page.get(f"/threads/{thread}").text
    assert page.post(path, data={"label": "INBOX", "to": "off"}, headers=HERE).status_code == 400
    assert page.post(path, data={"label": "INBOX"}, headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert SUPPORT in page.get("/").text
