"""How the simulated Gmail ends: no request is left half answered, no connection hangs."""

from __future__ import annotations

import http.client
import threading

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store

from .conftest import SUPPORT, users_of


def test_what_is_being_answered_is_answered_before_the_server_is_closed(store: Store) -> None:
    answers: list[str] = []
    server = SimulatorServer(store)
    server.faults.plan(Fault("latency", "profile.get", seconds=0.2))
    with server:
        users = users_of(server.url)
        asking = threading.Thread(
            target=lambda: answers.append(users.getProfile(userId="me").execute()["emailAddress"])
        )
        asking.start()
        while server.faults.planned():
            threading.Event().wait(0.005)
    store.close()
    asking.join(5)

    assert answers == [SUPPORT]


def test_a_connection_that_a_client_keeps_open_is_closed(store: Store) -> None:
    with SimulatorServer(store) as server:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        client.request("GET", "/_sim/state")
        client.getresponse().read()

    assert client.sock is not None
    assert client.sock.recv(1) == b""
    client.close()
