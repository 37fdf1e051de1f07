"""What people at the consent page do, and what was given out; kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Code:
    client_id: str
    redirect_uri: str
    challenge: str
    address: str
    scope: str
    lasting: bool


@dataclass(slots=True)
class Consents:
    """What the next person does at the consent page, and what was given out.

    `denies` says no; `unticks` are scopes left out; `account` consents instead of the one hinted at; `clients` maps client ids to
    secrets, empty: any; `service_accounts` maps addresses to PEM public keys, and `delegated` is what
    they may ask for.
    """

    denies: bool = False
    unticks: frozenset[str] = frozenset()
    account: str = ""
    lasting: bool = True
    clients: dict[str, str] = field(default_factory=dict)
    service_accounts: dict[str, str] = field(default_factory=dict)
    delegated: frozenset[str] = frozenset({"https://www.googleapis.com/auth/gmail.modify"})
    codes: dict[str, Code] = field(default_factory=dict)
    # Refresh token to (address, scopes); those taken back are removed.
    tokens: dict[str, tuple[str, str]] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    asked: list[Mapping[str, str]] = field(default_factory=list)
    expires_in: int = 3599
