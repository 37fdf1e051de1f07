"""Where a request comes from, as far as that can be known."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# Whoever has one address of IPv6 has all of these.
_ONE_LINE = 64


def came_from(peer: str, forwarded_for: str, proxies: Sequence[str]) -> str:
    """The address of whoever asks: an IPv4 address, or a /64 of IPv6; empty where it cannot be told.

    `peer` is the other end of the connection; `forwarded_for` is the header X-Forwarded-For, to which every proxy adds, at its
    end, whom it heard. It is read backwards, and only for as long as those who speak are among `proxies` (networks): what stands
    before that, anybody can write.
    """
    trusted = [ip_network(each) for each in proxies]
    found = _address(peer)
    for heard in reversed(forwarded_for.split(",")):
        if found is None or not any(found in each for each in trusted):
            break
        if heard.strip():
            found = _address(heard.strip())
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _ONE_LINE), strict=False))
    return "" if found is None else str(found)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    """Some proxies write the port, too."""
    bare = written[1:].partition("]")[0] if written.startswith("[") else written
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
