"""`inboxsla connect` and what belongs to it: how we get into mailboxes, and out again."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

import click

from inboxsla import listing
from inboxsla.commands.base import opened, text_in
from inboxsla.commands.consenting import WayBack, show
from inboxsla.config.fields import address as read_address
from inboxsla.config.program import typed
from inboxsla.gmail.keys import new_key
from inboxsla.services import access, connecting
from inboxsla.services.connecting import Connected
from inboxsla.services.ports import Ports


class Address(click.ParamType[str]):
    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return read_address(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


@click.command(short_help="Connect a Gmail mailbox; again where access was lost.")
@click.argument("address", type=Address())
@click.option(
    "--credentials",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="An authorized-user or service-account JSON, instead of the browser (“-”: from standard input).",
)
@click.option("--no-browser", is_flag=True, help="Only print the link, and open no browser.")
def connect(address: str, credentials: Path | None, no_browser: bool) -> None:
    """Connect the Gmail mailbox ADDRESS. It is observed at first: read, but nothing is written there and nobody is mailed.

    Without --credentials your browser opens and Google asks whoever owns the mailbox. docs/connecting.md leads from nothing
    to a connected mailbox.
    """
    with opened() as ports:
        if credentials is not None:
            text = text_in(credentials)
            done = connecting.from_file(ports, address, text, str(credentials), getpass.getuser())
        else:
            done = _through_browser(ports, address, not no_browser)
        _say(done)


def _through_browser(ports: Ports, address: str, opens: bool) -> Connected:
    with WayBack() as way:
        begun = connecting.begin(ports, address, way.uri)
        click.echo(f"Sign in to Google as {address} and allow InboxSLA to read, label and send:\n\n  {begun.url}\n")
        if opens and show(begun.url):
            click.echo("Your browser has opened it.")
        answer = way.wait(begun.state, connecting.CONSENT_GOOD_FOR.total_seconds())
    return connecting.finish(ports, address, way.uri, begun, answer, getpass.getuser())


def _say(done: Connected) -> None:
    box = done.mailbox
    if done.kind == "service_account":
        click.echo(
            "Note: this is a service account with domain-wide delegation. Its key opens every mailbox of your organisation, "
            "so guard the file, and delete it where it is not needed any more."
        )
    if done.is_new or not box.is_live:
        click.echo(
            f"{box.address} is connected and observed: it is read from now on, nothing is written to Gmail and nobody is mailed. "
            f"`{typed(f'live {box.address}')}` changes that."
        )
    else:
        click.echo(f"{box.address} is connected again and goes on live.")


@click.command("rotate-key", short_help="Replace the key that seals what opens mailboxes.")
@click.option("--print-new", is_flag=True, help="Only print a fresh key, for the setting sealing_key.")
def rotate_key(print_new: bool) -> None:
    """Seal everything that opens mailboxes anew under a new key, then forget the old one. May be called again at any point."""
    if print_new:
        click.echo(new_key())
        return
    with opened(made=False) as ports:
        done = access.rotate(ports)
        click.echo(f"Sealed anew: {listing.count(done, 'mailbox', 'mailboxes')}. The new key is in force.")
        if ports.settings.sealing_key:
            click.echo("Now take the old key out of the setting sealing_key, and start InboxSLA again.")


COMMANDS = (connect, rotate_key)
