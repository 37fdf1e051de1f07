"""`inboxsla policy`: ready-made policies, and suggestions for calendars."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from inboxsla import listing, wiring
from inboxsla.commands.base import drafted, open_too, opened
from inboxsla.config.document import templates as ready_made
from inboxsla.config.document.holiday_dates import suggestions
from inboxsla.services import configuring, in_force, setup, trying


@click.group(short_help="Ready-made policies and holidays.")
def policy() -> None:
    """Ready-made policies, and what goes with them."""


@policy.command(short_help="List the ready-made policies.")
def templates() -> None:
    """List the ready-made policies: what each promises, and which tickets get it."""
    click.echo(listing.templates_text(ready_made()), nl=False)


@policy.command(short_help="Add a ready-made policy to the configuration.")
@click.argument("name")
@click.option("--calendar", metavar="NAME", help="Whose hours it counts in; without it those of the default policy.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option(
    "--open-too/--new-only", "too", default=None, help="Whether open tickets get it too. Without either you are asked."
)
def apply(name: str, calendar: str | None, dry_run: bool, too: bool | None) -> None:
    """Add the ready-made policy NAME, and the rules that choose it, to the configuration in force."""
    with opened() as ports:
        if not dry_run:
            setup.prepare(ports)
        planned = configuring.plan_template(ports, name, calendar)
        click.echo(listing.plan_text(planned), nl=False)
        if dry_run:
            click.echo("Nothing was changed: this was a dry run.")
            return
        chosen = open_too(planned, too)
        saved = configuring.apply_template(ports, name, calendar, getpass.getuser(), chosen, planned)
        click.echo(listing.saved_text(saved), nl=False)


@policy.command(short_help="Suggest holidays for a calendar.")
@click.argument("country")
@click.option("--year", type=click.IntRange(1900, 2100), help="Which year; without it this one.")
@click.option("--subdivision", metavar="CODE", help="A region, such as BY; without it all of them, each marked.")
def holidays(country: str, year: int | None, subdivision: str | None) -> None:
    """Suggest the public holidays of COUNTRY (a code such as DE) as lines for a calendar. None of them counts by itself."""
    chosen = year or wiring.now().year
    found = suggestions(country, chosen, subdivision)
    place = "-".join(part.strip().upper() for part in (country, subdivision) if part)
    click.echo(listing.holidays_text(found, place, chosen), nl=False)


@policy.command("test", short_help="Show which policy a message would get, and why.")
@click.argument("message", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--policy", "draft", type=click.Path(path_type=Path), metavar="FILE", help="Ask a draft (TOML) instead.")
@click.option("--mailbox", metavar="ADDRESS", help="The mailbox it comes to; without it the first one.")
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="When it comes in, in UTC; without it its own date."
)
def test(message: Path, draft: Path | None, mailbox: str | None, at: datetime | None) -> None:
    """Ask the rules about MESSAGE (a file with one mail, .eml): which match and why, which policy it gets, what is due when."""
    with opened() as ports:
        document = drafted(ports, draft) if draft else configuring.current(ports).document
        came = at.replace(tzinfo=UTC) if at else None
        tried = trying.try_message(ports, document, message.read_bytes(), mailbox.lower() if mailbox else None, came)
        click.echo(listing.trial_text(tried, listing.speech(in_force.zone(ports))), nl=False)
