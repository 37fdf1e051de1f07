"""`inboxsla config`: the configuration as one text."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from inboxsla import listing, wiring
from inboxsla.commands.base import has_database, named, open_too, opened, written
from inboxsla.config import document
from inboxsla.config.document import Document, is_document
from inboxsla.config.program import typed
from inboxsla.errors import ConfigMistakes
from inboxsla.services import configuring, in_force, setup

_FILE = click.Path(path_type=Path, allow_dash=True)


@click.group(short_help="Show, check and change what is promised.")
def config() -> None:
    """Show, check and change the configuration: config.toml, and what is promised to whom."""


@config.command(short_help="Print what is promised to whom, as TOML.")
def export() -> None:
    """Print the policies, calendars, rules, people and teams in force as one TOML text. Importing it changes nothing."""
    with opened() as ports:
        click.echo(configuring.export(ports), nl=False)


@config.command(short_help="Check a configuration.")
@click.argument("file", required=False, type=_FILE)
def validate(file: Path | None) -> None:
    """Check FILE and name every mistake. It may be a config.toml, or a configuration as `export` prints it ("-": from
    standard input). Without FILE: the configuration in force."""
    if file is None:
        _settings(None)
        return
    text, source = written(file)
    if source.mistakes:
        raise ConfigMistakes(source.mistakes)
    if is_document(source.tree):
        _document(file, text)
    else:
        _settings(file)


@config.command("import", short_help="Put a configuration in force: all of it, or nothing.")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--open-too/--new-only",
    "too",
    default=None,
    help="Whether open tickets get it too. Without either you are asked; where nobody can be, only calendars reach them.",
)
def import_(file: Path, dry_run: bool, too: bool | None) -> None:
    """Put the configuration in FILE in force, and show what changes ("-": from standard input). All of it, or nothing."""
    text, source = written(file)
    if source.mistakes:
        raise ConfigMistakes(source.mistakes)
    with opened() as ports:
        if not dry_run:
            setup.prepare(ports)
        planned = configuring.plan(ports, text, named(file))
        click.echo(listing.plan_text(planned), nl=False)
        if dry_run:
            click.echo("Nothing was changed: this was a dry run.")
        elif planned.changes:
            chosen = open_too(planned, too)
            saved = configuring.import_(ports, text, getpass.getuser(), chosen, named(file), planned)
            click.echo(listing.saved_text(saved), nl=False)


def _settings(file: Path | None) -> None:
    settings = wiring.settings(file)
    where = settings.config_file or "the built-in demo"
    mailboxes = listing.count(len(settings.mailboxes), "mailbox", "mailboxes")
    people = listing.count(len(settings.people), "person", "people")
    click.echo(f"{where} is fine: {mailboxes}, {people}.")
    if file is None and has_database(settings):
        with opened() as ports:
            click.echo(in_force.said(ports))


def _document(file: Path, text: str) -> None:
    settings = wiring.settings()
    if has_database(settings):
        with opened() as ports:
            known = in_force.mailboxes_known(ports)
    else:
        known = frozenset(box.address for box in settings.mailboxes)
    read = document.read(text, named(file), wiring.now(), known, settings.webhooks)
    for remark in read.remarks:
        click.echo(f"Worth a look: {remark}", err=True)
    click.echo(f"{named(file)} is fine: {_counted(read.document)}.")
    click.echo(f"`{typed('config import')} {file} --dry-run` shows what it would change.")


def _counted(read: Document) -> str:
    parts = (
        listing.count(len(read.policies), "policy", "policies"),
        listing.count(len(read.rules), "rule"),
        listing.count(len(read.calendars), "calendar"),
        listing.count(len(read.people), "person", "people"),
        listing.count(len(read.teams), "team"),
    )
    return ", ".join(parts)
