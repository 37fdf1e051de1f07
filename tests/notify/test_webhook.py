"""Where a webhook may lead, and what is said when it may not."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from inboxsla.errors import Refused
from inboxsla.notify import webhook


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "::127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_nothing_that_leads_within_passes_for_public(address: str) -> None:
    assert not webhook.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_what_is_on_the_internet_is_public(address: str) -> None:
    assert webhook.is_public(ip_address(address))


def test_what_is_refused_is_said_without_the_address_which_may_be_a_secret() -> None:
    with pytest.raises(Refused, match="leads into a private network") as refused:
        webhook.post("https://localhost/token=abc", b"", {}, allow_private=False)

    assert "token" not in str(refused.value)
