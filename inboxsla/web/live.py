"""Pages that keep themselves fresh. `static/live.js` is the other half."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup


def live_page(name: str, **values: Any) -> Response:
    """The page; or, asked by the page itself, only its changing part, and nothing (304) while that is what it shows."""
    part = render_template(f"live/{name}.html", **values)
    tag = blake2b(part.encode(), digest_size=12).hexdigest()
    if "HX-Request" not in request.headers:
        return Response(render_template(f"{name}.html", live=Markup(part), tag=tag, **values))
    answer = Response(part)
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer
