"""Whether alarms reach anybody when the mailbox they are about cannot carry them."""

from __future__ import annotations

from collections.abc import Iterator

from inboxsla.config.program import typed
from inboxsla.domain.speech import Speech
from inboxsla.notify.mailer import Route
from inboxsla.services import second_route
from inboxsla.services.checkup.finding import Finding, attention, fine
from inboxsla.services.checkup.mailboxes import moment
from inboxsla.services.ports import Ports
from inboxsla.services.second_route import SecondRoute


def found(ports: Ports, say: Speech) -> Iterator[Finding]:
    yield from judged(second_route.stands(ports), say)


def judged(route: SecondRoute, say: Speech) -> Iterator[Finding]:
    """Nothing is asked of a demo, or of mailboxes that are only observed; what works already is said."""
    if not route.needed and not route.worked:
        return
    if route.way is None:
        yield attention(
            "alarms.route",
            "Alarms are shown on the board and here only: there is no second route, so nobody hears of a mailbox that fails.",
            f"Set route in [alarms] of config.toml (docs/sending.md), then try it: `{typed('alarms test')}`.",
        )
    elif route.way.route is Route.GMAIL and route.is_a_mailbox:
        yield attention(
            "alarms.route",
            f"Alarms go through {route.named}, which is a mailbox they may be about: what stops it stops them.",
            "Name another account, or a mail server, in [alarms] of config.toml (docs/sending.md).",
        )
    elif not route.recipients:
        yield attention(
            "alarms.recipients",
            "Alarms reach nobody: no admin is on the people list, and [alarms] names no recipients.",
            "Give somebody the role admin, or name recipients in [alarms].",
        )
    elif route.tested_at is None:
        yield attention(
            "alarms.tested",
            f"Nobody has tried yet whether alarms arrive through {route.named}.",
            f"Try it: `{typed('alarms test')}`.",
        )
    elif not route.worked:
        yield attention(
            "alarms.tested",
            f"The last try to mail an alarm through {route.named} failed: {route.words}",
            f"Put right what it names, then try again: `{typed('alarms test')}`.",
            since=route.tested_at,
        )
    elif route.is_closed:
        yield attention(
            "alarms.route",
            f"Nothing goes out through {route.named} now. It last worked {moment(route.tested_at, say)}.",
            f"The alarm about it says why. `{typed('alarms test')}` tries it at once.",
        )
    else:
        whom = ", ".join(route.recipients)
        words = f"Alarms go to {whom} through {route.named}, which last worked {moment(route.tested_at, say)}."
        yield fine("alarms.route", words)
