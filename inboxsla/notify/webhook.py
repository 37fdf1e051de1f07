"""One post to another system: signed, to the address that was looked up once, and never where that may not lead."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from inboxsla.errors import Refused, TryLater
from inboxsla.notify.resolver import Resolver

TIMEOUT = timedelta(seconds=10)
# What is asked to come back later says when; nobody is believed who says never.
_LONGEST_WAIT = timedelta(days=1)
_AGAIN = (408, 425, 429)
# IPv6 addresses that stand for an IPv4 address elsewhere, and those that mean something only within one network.
_FOR_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
_LOCAL = (ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("fec0::/10"))
_LOWER_32 = (1 << 32) - 1

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over timestamp, a full stop and the body, as lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def headers(secret: str, body: bytes, key: str, now: datetime) -> dict[str, str]:
    """`key` is the same whenever the same thing is posted again; the timestamp (seconds since 1970) is not."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "InboxSLA",
        "Idempotency-Key": key,
        "InboxSLA-Timestamp": timestamp,
        "InboxSLA-Signature": f"v1={signature(secret, timestamp, body)}",
    }


def post(
    url: str,
    body: bytes,
    sent: Mapping[str, str],
    *,
    allow_private: bool,
    resolver: Resolver,
    timeout: timedelta = TIMEOUT,
) -> None:
    """Post `body` with the headers `sent`; what is answered beside the status is not read, redirects are not followed.

    `timeout` is for all of it, from the look-up to the answer. Raises TryLater where another try may help, Refused where only
    somebody can. No message names the URL, which may be a secret.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    ends = time.monotonic() + timeout.total_seconds()
    try:
        address = _resolved(resolver, parts.hostname or "", port, timeout, allow_private=allow_private)
        with _line(str(address), port, ends) as (line, late):
            status, wait = _answer(line, parts, body, sent)
    except (OSError, HTTPException, UnicodeError) as error:
        raise TryLater(_words(error, timeout)) from error
    if late.is_set():
        raise TryLater(_late(timeout))
    _judge(status, wait)


def _resolved(resolver: Resolver, host: str, port: int, timeout: timedelta, *, allow_private: bool) -> Address:
    """The address to connect to. It is looked up here and nowhere else, so that no second look-up can lead elsewhere."""
    try:
        found = list(map(ipaddress.ip_address, resolver.addresses(host, port, timeout.total_seconds())))
    except TimeoutError as error:
        words = f"its address could not be looked up within {timeout.total_seconds():.0f} s"
        raise TryLater(f"{words} (does the name server, DNS, of this machine answer?)") from error
    if not allow_private and not all(map(is_public, found)):
        raise Refused(
            "its address leads into a private network, which is not allowed; allow_private = true in config.toml would"
        )
    return found[0]


def is_public(address: Address) -> bool:
    """Whether it is somewhere on the internet: not this machine, not a private network, nothing that only means one."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if any(address in network for network in _LOCAL):
            return False
        if any(address in network for network in _FOR_IPV4):
            inside = ipaddress.IPv4Address(int(address) & _LOWER_32)
        if inside:
            return is_public(inside)
    return address.is_global and not address.is_multicast


@contextmanager
def _line(address: str, port: int, ends: float) -> Iterator[tuple[socket.socket, threading.Event]]:
    """A connection that is hung up at `ends` (of `time.monotonic`), and whether it was.

    Whoever answers a byte now and then, even while encryption is agreed on, would keep a socket's own timeout from ever coming.
    """
    late = threading.Event()
    # Encrypting takes the connection away from the first socket; the second reaches it all the same.
    with (
        socket.create_connection((address, port), timeout=_left(ends)) as line,
        line.dup() as reaching,
    ):

        def hang_up() -> None:
            late.set()
            # It may have been closed in the same moment.
            with suppress(OSError):
                reaching.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(_left(ends), hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield line, late
        except (OSError, HTTPException) as error:
            if late.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _answer(
    line: socket.socket, parts: SplitResult, body: bytes, sent: Mapping[str, str]
) -> tuple[int, timedelta | None]:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # It is connected already: to which name and port is not asked any more.
    with closing(HTTPConnection("", 0)) as connection:
        connection.sock = line
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(line, server_hostname=parts.hostname)
        connection.request("POST", path, body, {"Host": parts.netloc, **sent})
        answer = connection.getresponse()
    asked = answer.headers.get("Retry-After", "")
    if not (asked.isascii() and asked.isdecimal()):
        return answer.status, None
    # Who writes more digits than this means longer than anybody is believed.
    return answer.status, timedelta(seconds=int(asked[:9]))


def _judge(status: int, wait: timedelta | None) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise Refused(f"it answered with a redirect ({status}), which is not followed; write the address it leads to")
    if 400 <= status < 500 and status not in _AGAIN:
        raise Refused(f"it answered {status}")
    raise TryLater(f"it answered {status}", None if wait is None else min(wait, _LONGEST_WAIT))


def _words(error: Exception, timeout: timedelta) -> str:
    if isinstance(error, TimeoutError):
        return _late(timeout)
    if isinstance(error, socket.gaierror | UnicodeError):
        return "its address cannot be found"
    if isinstance(error, ssl.SSLCertVerificationError):
        # What stands behind the comma names the host.
        return f"its certificate is not accepted ({error.verify_message.partition(',')[0]})"
    if isinstance(error, ssl.SSLError):
        return "it does not take an encrypted connection; does its address begin with https by mistake?"
    if isinstance(error, OSError):
        return f"it cannot be reached ({error.strerror or 'it hung up without an answer'})"
    return "it does not answer as a web server does"


def _late(timeout: timedelta) -> str:
    return f"it did not answer within {timeout.total_seconds():.0f} s"
