"""Free ports, and whether somebody answers on one."""

from __future__ import annotations

import http.client
import socket

from inboxsla.errors import Refused

TRIES = 50
# How this machine reaches what listens on every address it has.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. Another may be faster; who needs the port must be ready to lose it."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError:
            return False
    return True


def first_free(host: str, wanted: int) -> int:
    """`wanted` or the next free port above it. Raises Refused if none of fifty is free."""
    last = min(wanted + TRIES - 1, 65535)
    for port in range(wanted, last + 1):
        if is_free(host, port):
            return port
    raise Refused(f"none of the ports {wanted} to {last} on {host} is free. Name another with INBOXSLA_SERVER__PORT.")


def answers(host: str, port: int, path: str) -> bool:
    """Whether an HTTP server that listens there says that `path` is all right."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=1)
    try:
        # Whatever it listens on, to this machine it answers by this name.
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
