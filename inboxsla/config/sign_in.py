"""Who may sign in, for how long, and from where the pages can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from inboxsla.config.fields import plain_length
from inboxsla.config.places import Path as Key
from inboxsla.config.section import Section

_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=366)
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    return host in ("localhost", "::1") or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))


def _host(value: object) -> str:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise ValueError(f"“{value}” is no name or number of this machine. Write 127.0.0.1.")
    return value.lower()


def _domain(value: object) -> str:
    name = value.strip().lower() if isinstance(value, str) else ""
    if not re.fullmatch(r"[^@\s./:]+(\.[^@\s./:]+)+", name):
        raise ValueError(
            f"“{value}” is not a domain. Write what stands after the @ in people's addresses: example.org."
        )
    return name


def _network(value: object) -> str:
    try:
        if not isinstance(value, str):
            raise ValueError
        return str(ip_network(value.strip()))
    except ValueError:
        raise ValueError(
            f"“{value}” is not the number of a proxy or of its network. Write 127.0.0.1 or 10.1.0.0/16."
        ) from None


def _bearable(length: timedelta) -> timedelta:
    if not _SHORTEST <= length <= _LONGEST:
        raise ValueError("this must be between 5 minutes and a year. Write for example 12h or 30 days.")
    return length


Host = Annotated[str, BeforeValidator(_host)]
Proxy = Annotated[str, BeforeValidator(_network)]
Domain = Annotated[str, BeforeValidator(_domain)]
Lasting = Annotated[timedelta, BeforeValidator(plain_length), AfterValidator(_bearable)]


class SignIn(Section):
    """Whose Google accounts may sign in (`domains` empty: those of everybody on a people list), and for how long.

    A session ends once nobody has used it for `idle`, and in any case after `absolute`. `for_links`: links in mails act only
    for whoever is signed in as the person the mail went to.
    """

    domains: tuple[Domain, ...] = ()
    idle: Lasting = timedelta(hours=12)
    absolute: Lasting = timedelta(days=30)
    for_links: bool = False


def complaints(tree: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """About pages that others than this machine can reach, though nobody could sign in there safely."""
    server, google = (tree.get(name) for name in ("server", "google"))
    host = server.get("host") if isinstance(server, Mapping) else None
    if not isinstance(server, Mapping) or not isinstance(host, str) or not _HOST.fullmatch(host):
        return
    if is_loopback(host.lower()):
        return
    opens, key = f"host “{host}” opens the pages to the network, and", ("server", "host")
    if str(tree.get("demo", False)).strip().lower() in ("true", "1", "yes", "on", "t", "y"):
        yield key, f"{opens} in the demo anybody can sign in as anybody. Write 127.0.0.1."
        return
    if not isinstance(google, Mapping) or not (google.get("client_id") or google.get("client_file")):
        yield (
            key,
            (
                f"{opens} nobody can sign in yet. Name a Google client under [google] (docs/signing-in.md shows how), or write "
                "127.0.0.1."
            ),
        )
    if not str(server.get("base_url", "")).lower().startswith("https://"):
        yield (
            key,
            (
                f"{opens} what people type would travel in the clear. Write the https address they reach it at as base_url, or "
                "write 127.0.0.1."
            ),
        )
