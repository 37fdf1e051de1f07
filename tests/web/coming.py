"""Browsers that come and go: what they hold, and the forms they press."""

from __future__ import annotations

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import signed_in
from tests.web.reading import page
from tests.web.shop import Shop, pages


def browser_of(lumen: Shop, address: str) -> FlaskClient:
    return signed_in(pages(lumen).test_client(), lumen, address)


def token_of(browser: FlaskClient) -> str:
    held = browser.get_cookie(browser.application.config["SIGN_IN_COOKIE"])
    return held.value if held else ""


def form_token(browser: FlaskClient, path: str = "/account") -> str:
    field = page(browser, path).select_one("input[name=form_token]")
    assert field is not None
    return str(field["value"])


def press(browser: FlaskClient, path: str) -> TestResponse:
    return browser.post(path, data={"form_token": form_token(browser)})


def is_in(browser: FlaskClient, **headers: str) -> bool:
    answer = browser.get("/tickets", headers=headers)
    assert answer.status_code in (200, 401)
    return answer.status_code == 200
