"""What every answer says about itself to the browser."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A mail as sent is styled by attributes; it runs nothing, loads nothing, and shares nothing with the page around it.
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

# Files that are the same for everybody.
_KEPT = ("static", "addon.icon")


def install(app: Flask) -> None:
    app.after_request(_say)


def _say(response: Response) -> Response:
    said = response.headers
    said.setdefault("Content-Security-Policy", POLICY)
    said["X-Content-Type-Options"] = "nosniff"
    said["Referrer-Policy"] = "no-referrer"
    said["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint not in _KEPT or response.status_code >= 400:
        said["Cache-Control"] = "no-store"
    elif request.endpoint == "static" and "v" not in request.args:
        # Scripts that a script imports carry no digest in their address.
        said["Cache-Control"] = "no-cache"
    return response
