"""`inboxsla mail` and `inboxsla alarms`: the ways out, tried from the terminal, and the accounts that only send."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from inboxsla import wiring
from inboxsla.commands.base import opened, text_in
from inboxsla.commands.consenting import WayBack, show
from inboxsla.commands.mailboxes import waits
from inboxsla.commands.options import Address, asks_google
from inboxsla.errors import OutcomeUnknown, OverQuota, Refused
from inboxsla.notify.mailer import Mailer, Route, Way
from inboxsla.notify.smtp import SmtpRelay
from inboxsla.services import sender_accounts, trial_mails, ways
from inboxsla.services.connecting import CONSENT_GOOD_FOR
from inboxsla.services.ports import Ports
from inboxsla.services.sender_accounts import Connected


@click.group(short_help="The ways mails to staff go out.")
def mail() -> None:
    """The ways mails to staff go out: through the shared mailbox, another Gmail account, or a mail server. See docs/sending.md."""


@mail.command("test", short_help="Send a test mail, and say what happened.")
@click.argument("address", type=Address())
@click.option(
    "--way", type=click.Choice([route.value for route in Route]), help="Another way than the one that is set."
)
@click.option("--mailbox", type=Address(), help="Way “mailbox”: through this one, not the first.")
def test(address: str, way: str | None, mailbox: str | None) -> None:
    """Send a test mail to ADDRESS through a way out, and say step by step what happened."""
    with opened(beside_run=True) as ports:
        chosen = ways.of(ports.settings, Route(way)) if way else ways.in_force(ports.settings)
        trial_mails.check(ports.settings, chosen)
        sender = chosen.sender or trial_mails.mailbox(ports, mailbox or "")
        click.echo(
            f"Through {ways.named(ports.settings, chosen)}{f' {sender}' if chosen.route is Route.MAILBOX else ''}:"
        )
        _send(ports, _mailer(ports, chosen, sender), chosen, sender, address)
        click.echo(f"A test mail to {address} was taken. See that it arrives, and that it is not in the spam folder.")


def _send(ports: Ports, mailer: Mailer, way: Way, sender: str, address: str) -> None:
    while True:
        try:
            trial_mails.through(ports, mailer, way, sender, address)
        except OverQuota as later:
            # A process that knows no Redis begins with nothing of the quota, and nobody was asked yet.
            if not waits(later.wait):
                raise
        except OutcomeUnknown as unknown:
            raise Refused(f"{unknown}. It may have arrived: look there before you try again.") from unknown
        else:
            return


def _mailer(ports: Ports, way: Way, sender: str) -> Mailer:
    if way.route is Route.SMTP:
        return SmtpRelay(wiring.relay(ports.settings), lambda words: click.echo(f"  {words}"))
    return trial_mails.ThroughMailbox(ports.mailbox(sender)) if way.route is Route.MAILBOX else ports.mailer(way)


@mail.command("connect", short_help="Connect a Gmail account that only sends.")
@asks_google
def connect(address: str, credentials: Path | None, no_browser: bool) -> None:
    """Connect the Gmail account ADDRESS for sending; again where access was lost. It is never read and needs no more permission
    than to send. If it may also show headers, a mail whose answer was lost is looked for there instead of being sent twice.
    """
    with opened() as ports:
        if credentials is not None:
            text = text_in(credentials)
            _say(sender_accounts.from_file(ports, address, text, str(credentials), getpass.getuser()))
        else:
            _say(_through_browser(ports, address, not no_browser))


def _through_browser(ports: Ports, address: str, opens: bool) -> Connected:
    with WayBack() as way:
        begun = sender_accounts.begin(ports, address, way.uri)
        click.echo(f"Sign in to Google as {address} and allow InboxSLA to send:\n\n  {begun.url}\n")
        if opens and show(begun.url):
            click.echo("Your browser has opened it.")
        answer = way.wait(begun.state, CONSENT_GOOD_FOR.total_seconds())
    return sender_accounts.finish(ports, address, way.uri, begun, answer, getpass.getuser())


def _say(done: Connected) -> None:
    once = (
        "What it sends can be found again, so nothing is sent twice."
        if done.finds
        else "It may send and nothing else: a mail whose answer was lost is sent again, and may arrive twice."
    )
    click.echo(f"{done.address} is connected for sending. {once}")


@mail.command("disconnect", short_help="Disconnect an account that only sends.")
@click.argument("address", type=Address())
def disconnect(address: str) -> None:
    """Give back the permission for the Gmail account ADDRESS, and delete what opens it here."""
    with opened(made=False) as ports:
        for line in sender_accounts.disconnect(ports, address, getpass.getuser()):
            click.echo(line)


@click.group(short_help="How alarms reach the admins.")
def alarms() -> None:
    """Alarms are mailed to the admins by a second route, which no mailbox can take along when it fails. See docs/sending.md."""


@alarms.command("test", short_help="Send a test to everybody who gets alarms.")
def test_alarms() -> None:
    """Send a test to everybody who gets alarms, by the route that is set, and say what happened."""
    with opened(beside_run=True) as ports:
        failed = False
        for address, wrong in trial_mails.alarms(ports):
            click.echo(f"{address}: {wrong or 'taken. See that it arrives.'}", err=wrong is not None)
            failed = failed or wrong is not None
        raise SystemExit(1 if failed else 0)


COMMANDS = (mail, alarms)
