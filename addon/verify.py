"""Who calls: Google, by a token only it can sign, for a person, by another. Nothing else about a request is believed before."""

from __future__ import annotations

from datetime import datetime

from inboxsla.config import Settings
from inboxsla.google_tokens import BadToken, GoogleTokens, check_account

EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"


def check_google(tokens: GoogleTokens, settings: Settings, authorization: str, path: str, now: datetime) -> None:
    """Raises BadToken unless Google calls exactly this address of ours, and TryLater when its keys cannot be had."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("there is none")
    claims = tokens.claims(token.strip(), settings.server.url + path, now)
    check_account(claims, settings.addon.service_account)


def person(tokens: GoogleTokens, settings: Settings, user_token: str, now: datetime) -> str:
    """The verified address of the person, in lower case. Raises like `check_google`."""
    claims = tokens.claims(user_token, settings.addon.oauth_client_id, now)
    address = claims.get("email")
    if not isinstance(address, str) or not address.strip() or claims.get("email_verified") is not True:
        raise BadToken("Google does not vouch for the address of the person")
    return address.strip().lower()
