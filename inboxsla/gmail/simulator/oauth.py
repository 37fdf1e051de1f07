"""Google's sign-in as far as connecting a mailbox needs it: the consent page, codes with PKCE, refresh, revoke, service accounts.

Any client is accepted unless the test registers one. A refresh token is the mailbox's address until a code was exchanged for
another; an access token is the address. What the person at the consent page does is set beforehand with `Consents`.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from .consents import Code
from .context import simulator, store

bp = Blueprint("oauth", __name__)
MODIFY = "https://www.googleapis.com/auth/gmail.modify"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

Answer = tuple[Response, int]


@bp.get("/o/oauth2/v2/auth")
def consent() -> AnyResponse | tuple[str, int]:
    """Sends the browser back at once, as the person set beforehand would."""
    asked, state = request.args.to_dict(), simulator().consents
    state.asked.append(asked)
    if not asked.get("redirect_uri") or asked.get("response_type") != "code" or not _known(asked.get("client_id", "")):
        return "Access blocked: this app's request is invalid\n", 400
    if state.denies:
        return _back(asked, error="access_denied")
    wanted = [scope for scope in asked.get("scope", "").split() if scope not in state.unticks]
    code = f"4/{secrets.token_urlsafe(24)}"
    hinted = asked.get("login_hint", "").lower()
    state.codes[code] = Code(
        asked["client_id"],
        asked["redirect_uri"],
        asked.get("code_challenge", "") if asked.get("code_challenge_method") == "S256" else "",
        state.account or (hinted if hinted in store().mailboxes() else store().mailboxes()[0]),
        " ".join(wanted),
        lasting=state.lasting and asked.get("access_type") == "offline",
    )
    return _back(asked, code=code, scope=" ".join(wanted))


def _back(asked: Mapping[str, str], **said: str) -> AnyResponse:
    mark = "&" if "?" in asked["redirect_uri"] else "?"
    return redirect(asked["redirect_uri"] + mark + urlencode({"state": asked.get("state", ""), **said}))


@bp.post("/token")
def token() -> Answer:
    """grant_type authorization_code, refresh_token, or a service account's signed assertion."""
    grant = request.form.get("grant_type")
    if grant == _JWT_BEARER:
        return _asserted(request.form.get("assertion", ""))
    client_id, client_secret = _client()
    if not _known(client_id) or simulator().consents.clients.get(client_id, client_secret) != client_secret:
        return _no("invalid_client", "Unauthorized", 401)
    if grant == "authorization_code":
        return _exchanged(client_id)
    if grant == "refresh_token":
        return _renewed()
    return _no("unsupported_grant_type", "Invalid grant_type")


@bp.post("/revoke")
def revoke() -> Answer:
    given, consents = request.form.get("token") or request.args.get("token", ""), simulator().consents
    address = consents.tokens.pop(given, (given, ""))[0]
    if not _open(address):
        return _no("invalid_token", "Token expired or revoked")
    consents.revoked.append(given)
    store().revoke(address.lower())
    return jsonify({}), 200


def _exchanged(client_id: str) -> Answer:
    consents = simulator().consents
    code = consents.codes.pop(request.form.get("code", ""), None)
    if code is None or (code.client_id, code.redirect_uri) != (client_id, request.form.get("redirect_uri")):
        return _no("invalid_grant", "Malformed auth code.")
    verifier = request.form.get("code_verifier", "")
    if code.challenge and urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=") != code.challenge:
        return _no("invalid_grant", "Missing code verifier.")
    answer = _access(code.address, code.scope)
    if code.lasting:
        lasting = f"1//{secrets.token_urlsafe(24)}"
        consents.tokens[lasting] = (code.address, code.scope)
        # Whoever consents again is let in again.
        store().revoke(code.address, False)
        answer["refresh_token"] = lasting
    return jsonify(answer), 200


def _renewed() -> Answer:
    given = request.form.get("refresh_token", "")
    address, granted = simulator().consents.tokens.get(given, (given.lower(), MODIFY))
    if not _open(address):
        return _no("invalid_grant", "Token has been expired or revoked.")
    wanted = request.form.get("scope", granted).split()
    if not set(wanted) <= set(granted.split()):
        return _no("invalid_scope", "Bad Request")
    return jsonify(_access(address, " ".join(wanted))), 200


def _asserted(assertion: str) -> Answer:
    """A JWT signed with the key registered for its issuer, for a subject that has a mailbox here."""
    try:
        head, body, signature = assertion.split(".")
        claims: dict[str, Any] = json.loads(_unb64(body))
        registered = simulator().consents.service_accounts[claims["iss"]]
        key = serialization.load_pem_public_key(registered.encode())
        assert isinstance(key, RSAPublicKey)
        key.verify(_unb64(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, KeyError, InvalidSignature):
        return _no("invalid_grant", "Invalid JWT Signature.")
    if claims.get("aud") not in (GOOGLE_AUDIENCE, request.base_url):
        return _no("invalid_grant", "Invalid JWT audience.")
    wanted = str(claims.get("scope", ""))
    if not set(wanted.split()) <= simulator().consents.delegated:
        return _no("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method.", 401)
    address = str(claims.get("sub", "")).lower()
    if not _open(address):
        return _no("invalid_grant", "Invalid email or User ID")
    answer = _access(address, wanted)
    del answer["scope"]
    return jsonify(answer), 200


def _access(address: str, scope: str) -> dict[str, Any]:
    expires = simulator().consents.expires_in
    return {"access_token": address, "expires_in": expires, "scope": scope, "token_type": "Bearer"}


def _client() -> tuple[str, str]:
    """Id and secret from the form, or from Basic authorisation."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = b64decode(given).decode().partition(":")
        except (NotBase64, UnicodeDecodeError):
            return "", ""
        return client_id, secret
    return request.form.get("client_id", ""), request.form.get("client_secret", "")


def _known(client_id: str) -> bool:
    clients = simulator().consents.clients
    return not clients or client_id in clients


def _open(address: str) -> bool:
    with store().database.reading() as conn:
        found = conn.execute("SELECT 1 FROM mailboxes WHERE address = ? AND revoked = 0", (address.lower(),))
        return found.fetchone() is not None


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _no(error: str, description: str, code: int = 400) -> Answer:
    return jsonify(error=error, error_description=description), code
