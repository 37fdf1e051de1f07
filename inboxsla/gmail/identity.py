"""Google's side of signing in: who somebody is, and nothing that opens a mailbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inboxsla.errors import Refused, TryLater
from inboxsla.gmail.accounts import Client, exchange, flow_of

SCOPES = ("openid", "email", "profile")
_LATER = ("server_error", "temporarily_unavailable")


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: `url` is for the browser; the rest proves at the end that it is the same one."""

    url: str
    state: str
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


def begin(client: Client, redirect_uri: str, domains: Sequence[str]) -> Begun:
    """Where to send the browser. `domains` are those whose accounts Google offers; what comes back is checked all the same."""
    flow, nonce = flow_of(client, redirect_uri, asks=SCOPES), secrets.token_urlsafe(24)
    hint = {"hd": domains[0] if len(domains) == 1 else "*"} if domains else {}
    url, state = flow.authorization_url(access_type="online", prompt="select_account", nonce=nonce, **hint)
    return Begun(str(url), str(state), str(flow.code_verifier), nonce)


def finish(client: Client, redirect_uri: str, verifier: str, answer: Mapping[str, str]) -> str:
    """The signed token that says who it is, for what Google sent the browser back with. Its state was checked by the caller.

    Raises Refused (declined, the code is not good any more), Misused (the client is wrong), TryLater.
    """
    if error := answer.get("error"):
        raise _not_signed_in(error)
    token = exchange(flow_of(client, redirect_uri, verifier, SCOPES), answer.get("code", ""))
    found = token.get("id_token")
    if not isinstance(found, str):
        raise Refused("Google did not say who you are. Begin again.")
    return found


def _not_signed_in(error: str) -> Refused | TryLater:
    if error in _LATER:
        return TryLater("Google's sign-in service has trouble. Begin again in a while.")
    if error in ("admin_policy_enforced", "org_internal"):
        return Refused("Your organisation does not allow this app. Ask the Google Workspace administrator to allow it.")
    if error == "access_denied":
        return Refused("You did not go on at Google, so you are not signed in. Begin again whenever you like.")
    return Refused(f"Google ended the sign-in ({error[:60]}). Begin again.")
