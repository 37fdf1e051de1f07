"""`inboxsla connect` and what belongs to it: how we get into mailboxes, and out again."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from inboxsla import listing
from inboxsla.commands.base import opened, text_in
from inboxsla.commands.consenting import WayBack, show
from inboxsla.commands.options import Address, asks_google
from inboxsla.config.program import typed
from inboxsla.errors import Misused
from inboxsla.gmail.keys import new_key
from inboxsla.services import access, connecting, disconnecting, exporting, writing
from inboxsla.services.connecting import Connected
from inboxsla.services.disconnecting import Goes
from inboxsla.services.ports import Ports

LONGEST_WAIT = timedelta(minutes=2)


@click.command(short_help="Connect a Gmail mailbox; again where access was lost.")
@asks_google
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


@click.command(short_help="Disconnect a mailbox and delete what it brought.")
@click.argument("address", metavar="MAILBOX", type=Address())
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="First write its tickets, with their events and messages, into FILE as JSON lines.",
)
@click.option("--keep", is_flag=True, help="Keep its tickets here, apart, instead of deleting them.")
def disconnect(address: str, yes: bool, file: Path | None, keep: bool) -> None:
    """Disconnect MAILBOX: take our labels off, cancel what is owed, give the permission back, and delete what it brought.

    Gmail keeps its own. A mailbox that left the configuration is deleted with its tickets. What Google did not answer is done by
    calling this again.
    """
    with opened(made=False) as ports:
        there = disconnecting.goes(ports, address)
        if not yes:
            click.confirm(_question(there, keep), abort=True)
        if file is not None:
            _write_down(ports, address, file, there.tickets)
        with _moved(there.labelled) as moved:
            receipt = disconnecting.disconnect(ports, address, getpass.getuser(), keep=keep, moved=moved, waits=waits)
        for line in receipt.lines:
            click.echo(line)
        raise SystemExit(0 if receipt.is_done else 1)


def _question(there: Goes, keep: bool) -> str:
    kept = listing.count(there.tickets, "ticket")
    if not there.is_connected:
        return f"Delete {there.address} with {kept} for good?"
    labels = listing.count(there.labelled, "thread")
    what = f"keep its {kept} here" if keep else f"delete {kept} for good"
    return f"Disconnect {there.address}: take our labels off {labels}, give the permission back, {what}?"


def _write_down(ports: Ports, address: str, file: Path, total: int) -> None:
    try:
        # Customers' words are in it: readable by its owner only, and never over something that is there.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Misused(f"{file} cannot be written ({error.strerror}). Nothing was disconnected.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as out, listing.progress("Writing tickets", total) as moved:
        for line in exporting.lines(ports, address):
            out.write(f"{line}\n")
            moved(1)
    click.echo(f"{listing.count(total, 'ticket')} written into {file}.")


@contextmanager
def _moved(total: int) -> Iterator[Callable[[int], None]]:
    if total:
        with listing.progress("Taking labels off", total) as moved:
            yield moved
    else:
        yield lambda more: None


def waits(wait: timedelta) -> bool:
    """Whether Google's wish to wait is short enough for a person at a terminal."""
    if wait > LONGEST_WAIT:
        return False
    time.sleep(wait.total_seconds())
    return True


@click.command("rotate-key", short_help="Replace the key that seals what opens mailboxes.")
@click.option("--print-new", is_flag=True, help="Only print a fresh key, for the setting sealing_key.")
def rotate_key(print_new: bool) -> None:
    """Seal everything that opens mailboxes anew under a new key, then forget the old one. May be called again at any point."""
    if print_new:
        click.echo(new_key())
        return
    with opened(made=False) as ports:
        done = access.rotate(ports, getpass.getuser())
        click.echo(f"Sealed anew: {listing.count(done, 'mailbox', 'mailboxes')}. The new key is in force.")
        if ports.settings.sealing_key:
            click.echo("Now take the old key out of the setting sealing_key, and start InboxSLA again.")


@click.command("stop-writing", short_help="Stop all labels and mail at once.")
def stop_writing() -> None:
    """Write no label and send no mail any more, in any mailbox, from this instant. Reading goes on; what is owed waits."""
    with opened(made=False) as ports:
        writing.stop(ports, getpass.getuser())
        click.echo(f"Labels and mail are stopped. `{typed('resume-writing')}` lets them go on.")


@click.command("resume-writing", short_help="Let labels and mail go on.")
def resume_writing() -> None:
    """Let labels and mail go on. What was owed meanwhile goes out, as far as it is still needed."""
    with opened(made=False) as ports:
        writing.resume(ports, getpass.getuser())
        click.echo("Labels and mail go on.")


COMMANDS = (connect, disconnect, rotate_key, stop_writing, resume_writing)
