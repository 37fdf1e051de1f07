"""Sign-in with Google, by OpenID Connect: who somebody is comes from a token Google signed, whether they may in from the people list.

What a sign-in was begun with travels in the browser, sealed: strangers make us keep nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inboxsla.errors import Refused
from inboxsla.gmail import identity
from inboxsla.gmail.keys import CannotUnseal, Sealed
from inboxsla.google_tokens import BadToken, GoogleTokens
from inboxsla.services import access, connecting, sessions
from inboxsla.services.ports import Ports
from inboxsla.services.sign_in import NotListed
from inboxsla.storage import records

GOOD_FOR = timedelta(minutes=10)
_ABOUT = "sign-in"
_FORGOTTEN = (
    "Nobody here waits for this answer from Google. A sign-in can be finished once, within ten minutes, in the browser it was begun "
    "in. Begin again."
)


@dataclass(frozen=True, slots=True)
class Begun:
    """`url` is where the browser goes, `kept` what it keeps meanwhile; it can read none of it."""

    url: str
    state: str
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """The token of the new session, and the page that was wanted before."""

    token: str = field(repr=False)
    wanted: str


def begin(ports: Ports, redirect_uri: str, wanted: str) -> Begun:
    """Begin a sign-in that comes back to `redirect_uri`. `wanted` is the page to lead on to. Raises Misused, Refused."""
    begun = identity.begin(connecting.client(ports), redirect_uri, ports.settings.sign_in.domains)
    known = {
        "state": begun.state,
        "verifier": begun.verifier,
        "nonce": begun.nonce,
        "redirect_uri": redirect_uri,
        "wanted": wanted,
        "until": (ports.now() + GOOD_FOR).isoformat(),
    }
    sealed = access.keys(ports.settings).seal(json.dumps(known), _ABOUT)
    return Begun(begun.url, begun.state, f"{sealed.key_id}.{sealed.text}")


def finish(ports: Ports, tokens: GoogleTokens, answer: Mapping[str, str], kept: str, agent: str) -> Entered:
    """End it with what Google sent the browser back with, and what the browser kept. `agent` is the browser in a few words.

    Raises Refused for whatever is not the answer to what this browser began, or names nobody who may in; NotListed; Misused; TryLater.
    """
    known = _known(ports, kept)
    if not secrets.compare_digest(str(known["state"]).encode(), answer.get("state", "").encode()):
        raise Refused(_FORGOTTEN)
    client = connecting.client(ports)
    token = identity.finish(client, str(known["redirect_uri"]), str(known["verifier"]), answer)
    try:
        claims = tokens.claims(token, client.id, ports.now())
    except BadToken as bad:
        raise Refused(f"Google's answer proves nothing: {bad}. Begin again.") from bad
    if not secrets.compare_digest(str(known["nonce"]).encode(), str(claims.get("nonce", "")).encode()):
        raise Refused("Google's answer belongs to another sign-in. Begin again.")
    address = _vouched_for(claims)
    _of_our_domains(address, claims, ports.settings.sign_in.domains)
    return Entered(_listed(ports, address, agent), str(known["wanted"]))


def _known(ports: Ports, kept: str) -> Mapping[str, Any]:
    key_id, _, text = kept.partition(".")
    try:
        found: dict[str, Any] = json.loads(access.keys(ports.settings).unseal(Sealed(text, key_id), _ABOUT))
    except CannotUnseal:
        raise Refused(_FORGOTTEN) from None
    if datetime.fromisoformat(found["until"]) <= ports.now():
        raise Refused(_FORGOTTEN)
    return found


def _vouched_for(claims: Mapping[str, Any]) -> str:
    """The address Google says is theirs."""
    address = str(claims.get("email", "")).strip().lower()
    if not address:
        raise Refused("Google did not tell your address. Begin again.")
    if claims.get("email_verified") is not True:
        raise Refused(
            f"Google has not verified that {address} is yours. Verify it in your Google account, then begin again."
        )
    return address


def _of_our_domains(address: str, claims: Mapping[str, Any], domains: tuple[str, ...]) -> None:
    """An address of a domain proves no membership: accounts made privately with one have no `hd`, so both are asked for."""
    if not domains:
        return
    theirs = str(claims.get("hd", "")).lower()
    if theirs not in domains or address.rpartition("@")[2] not in domains:
        raise Refused(
            f"{address} is not a Google Workspace account of {' or '.join(domains)}, and only those may sign in here. Begin again with "
            "the account of your organisation."
        )


def _listed(ports: Ports, address: str, agent: str) -> str:
    with ports.db.write() as conn:
        if sessions.listed(conn, ports, address) is not None:
            return sessions.begin(conn, ports, address, "google", agent)
        # Without domains anybody in the world could fill the log.
        if ports.settings.sign_in.domains:
            records.log(conn, address, "sign-in refused: on no people list", ports.now())
    raise NotListed(address)
