"""A token endpoint, so that refresh tokens can be tried: the refresh token is the mailbox address."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from .context import store

bp = Blueprint("oauth", __name__)


@bp.post("/token")
def token() -> tuple[Response, int]:
    """grant_type=refresh_token. A revoked mailbox gets `invalid_grant`, as from Google."""
    address = request.form.get("refresh_token", "").lower()
    with store().database.reading() as conn:
        known = conn.execute("SELECT 1 FROM mailboxes WHERE address = ? AND revoked = 0", (address,)).fetchone()
    if request.form.get("grant_type") != "refresh_token" or not known:
        return jsonify(error="invalid_grant", error_description="Token has been expired or revoked."), 400
    scope = "https://www.googleapis.com/auth/gmail.modify"
    return jsonify(access_token=address, expires_in=3599, scope=scope, token_type="Bearer"), 200
