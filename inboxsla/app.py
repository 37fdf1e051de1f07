"""The web application, put together from its ports."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import Babel

from addon import gallery
from addon import routes as panel
from inboxsla.services import secret
from inboxsla.services.ports import Ports
from inboxsla.web import (
    account,
    acts,
    board,
    context,
    entry,
    forms,
    google,
    google_sign_in,
    guards,
    headers,
    health,
    mail_acts,
    mail_choices,
    mails,
    more,
    preview,
    push,
    refusals,
    settings,
    signing_in,
    tries,
    who,
)

STATIC_AGE = timedelta(days=365)


class _Sessions(SecureCookieSessionInterface):
    """Signed cookies, as Flask has them; where none came, nothing is made ready to read one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def create_app(ports: Ports) -> Flask:
    """The pages over `ports`. Raises Refused when the key that signs sessions can be neither read nor made."""
    app = Flask("inboxsla.web")
    key = secret.session_key(ports.settings.data_dir)
    # Cookies ignore ports: without a name of its own, a second InboxSLA on this computer would end the first's sessions.
    ours, secure = sha256(key.encode()).hexdigest()[:8], ports.settings.server.url.startswith("https://")
    app.config.update(
        SECRET_KEY=key,
        # Whose browser it is says a cookie of its own, which a browser takes from this very host and over https only.
        **{who.COOKIE: f"{'__Host-' if secure else ''}inboxsla_{ours}"},
        # Flask's own keeps what is said on the next page, and what a form needs before somebody is signed in.
        SESSION_COOKIE_NAME=f"inboxsla_page_{ours}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        # Every address of a static file carries a digest of its content.
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_AGE,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    app.session_interface = _Sessions()
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    Babel(app, default_locale=context.LOCALES[0], locale_selector=context.locale)
    context.install(app, ports)
    headers.install(app)
    entry.install(app)
    who.install(app)
    guards.install(app)
    forms.install(app)
    tries.install(app, ports)
    refusals.install(app)
    panel.install(app, ports)
    for endpoint in panel.PUBLIC:
        guards.needs(guards.Level.PUBLIC)(app.view_functions[endpoint])
    google.install(app, ports.settings)
    for room in (
        board.bp,
        acts.bp,
        mail_acts.bp,
        mail_choices.bp,
        mails.bp,
        health.bp,
        more.bp,
        account.bp,
        push.bp,
    ):
        app.register_blueprint(room)
    settings.install(app)
    signing_in.install(app, ports)
    app.register_blueprint(google_sign_in.bp)
    if ports.settings.demo:
        app.register_blueprint(preview.room(gallery.examples))
    return app
