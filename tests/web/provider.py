"""Somebody else's OpenID provider in Google's place, over HTTP on loopback; and the person who signs in there."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import oidc_provider_mock
import requests
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from inboxsla.storage.database import Database
from tests.web.shop import Clock, Shop, pages, shop

CLIENT = "inboxsla.apps.example"
BASE = "http://localhost"


class Provider:
    """It signs whatever it is asked for; what was asked at its token endpoint is kept. `as_client` exchanges codes in another's name."""

    def __init__(self, lasting: timedelta = timedelta(hours=1)) -> None:
        self._app = oidc_provider_mock.app(access_token_max_age=lasting)
        self.asked: list[dict[str, str]] = []
        self.as_client = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
            form = dict(parse_qsl(body))
            self.asked.append(form)
            if self.as_client:
                environ.pop("HTTP_AUTHORIZATION", None)
                body = urlencode({**form, "client_id": self.as_client, "client_secret": "x"})
            environ |= {"wsgi.input": BytesIO(body.encode()), "CONTENT_LENGTH": str(len(body))}
        if environ["PATH_INFO"] == "/jwks":
            # Its tokens do not name their key, as Google's do; so its one key has no name either.
            (key,) = self._app.test_client().get("/jwks").get_json()["keys"]
            return Response(json.dumps({"keys": [{**key, "kid": ""}]}))(environ, start_response)
        return self._app(environ, start_response)


class Google:
    """The provider where it runs, as settings name it."""

    def __init__(self, provider: Provider, url: str) -> None:
        self.provider, self.url = provider, url

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "client_id": CLIENT,
            "client_secret": "not so secret",
            "auth_uri": f"{self.url}/oauth2/authorize",
            "token_uri": f"{self.url}/oauth2/token",
            "certs_uri": f"{self.url}/jwks",
            "issuers": [self.url],
        }

    def agrees(self, url: str, address: str, claims: dict[str, Any] | None = None, **changed: str) -> str:
        """Somebody signs in at the page that was asked for, where `changed` stands in its address; the path they are sent back to."""
        told = {"email": address, "email_verified": True, "name": "Whoever"} | (claims or {})
        told = {name: value for name, value in told.items() if value is not None}
        requests.put(f"{self.url}/users/{address}", json=told, timeout=10).raise_for_status()
        parts = urlsplit(url)
        asked = urlencode(dict(parse_qsl(parts.query)) | changed)
        there = urlunsplit(parts._replace(query=asked))
        answer = requests.post(there, data={"sub": address}, allow_redirects=False, timeout=10)
        landed = urlsplit(answer.headers["Location"])
        return f"{landed.path}?{landed.query}"


@contextmanager
def a_google(lasting: timedelta = timedelta(hours=1)) -> Iterator[Google]:
    provider = Provider(lasting)
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield Google(provider, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visit:
    """A browser at the pages of a shop whose Google is `google`. The provider tells the time by the clock on the wall."""

    def __init__(
        self, google: Google, database: Database, folder: Path, issuers: Sequence[str] = (), **changes: Any
    ) -> None:
        self.google = google
        known = {"issuers": issuers} if issuers else {}
        self.lumen: Shop = shop(database, folder, google={**google.settings, **known}, **changes)
        self.lumen.clock.at = datetime.now(UTC)
        self.browser: FlaskClient = pages(self.lumen).test_client()

    @property
    def clock(self) -> Clock:
        return self.lumen.clock

    def begins(self, wanted: str = "") -> str:
        """Where “Sign in with Google” leads."""
        answer = self.browser.get("/sign-in/google", query_string={"next": wanted} if wanted else None)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def signs_in(
        self, address: str, claims: dict[str, Any] | None = None, wanted: str = "", **changed: str
    ) -> TestResponse:
        """All of it, to the answer of our own page that Google leads back to."""
        return self.browser.get(self.google.agrees(self.begins(wanted), address, claims, **changed))


def challenge(verifier: str) -> str:
    """What PKCE shows beforehand of the secret that is told at the end."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
