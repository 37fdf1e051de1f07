"""Which ways out there are, as set, and what to call them."""

from __future__ import annotations

from datetime import timedelta

from inboxsla.config import Settings
from inboxsla.notify.mailer import Route, Way


def in_force(settings: Settings) -> Way:
    """How mails to staff go out."""
    return of(settings, Route(settings.mail.way))


def of_alarms(settings: Settings) -> Way | None:
    """The second route, by which alarms are mailed; None where there is none."""
    if settings.alarms.route == "none":
        return None
    return of(settings, Route(settings.alarms.route), settings.alarms.account)


def of(settings: Settings, route: Route, account: str = "") -> Way:
    """`account` is for Gmail; without one it is that of `[mail]`."""
    if route is Route.GMAIL:
        return Way(route, account or settings.mail.account)
    return Way(route, settings.smtp.from_address) if route is Route.SMTP else Way()


def named(settings: Settings, way: Way) -> str:
    """For people, in the middle of a sentence."""
    if way.route is Route.SMTP:
        return f"the mail server {settings.smtp.host or '(none is set)'}"
    return f"the Gmail account {way.sender}" if way.route is Route.GMAIL else "the mailbox"


def longest_try(settings: Settings) -> timedelta:
    """No conversation with a mail server lasts longer: it has a dozen answers, if it has many."""
    return max(timedelta(minutes=5), 12 * settings.smtp.timeout)


def fingerprint(settings: Settings, way: Way) -> str:
    """The way with what else would make it another one, as far as it can be told to everybody: what a test was a test of."""
    if way.route is not Route.SMTP:
        return str(way)
    relay = settings.smtp
    return f"{way} {relay.user} {relay.tls} {relay.host} {relay.at_port}"
