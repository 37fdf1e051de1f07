"""`inboxsla person`: what is kept about somebody, and forgetting them."""

from __future__ import annotations

import getpass

import click

from inboxsla import listing
from inboxsla.commands.base import opened
from inboxsla.commands.options import Address
from inboxsla.config.program import typed
from inboxsla.errors import Refused
from inboxsla.services import in_force
from inboxsla.services.privacy import forgetting, knowing


@click.group(short_help="Show or forget what is kept about a person.")
def person() -> None:
    """What is kept about one person, customer or colleague."""


@person.command(short_help="Show everything kept about an address.")
@click.argument("address", type=Address())
@click.option("--json", "as_json", is_flag=True, help="Everything, with the text, to hand to whoever asked for it.")
def show(address: str, as_json: bool) -> None:
    """Show everything that is kept about ADDRESS: as a customer and as one of the staff, and where else it is named."""
    with opened(made=False) as ports:
        known = knowing.about(ports, address)
        text = (
            listing.person_json(known) if as_json else listing.person_text(known, listing.speech(in_force.zone(ports)))
        )
        click.echo(text, nl=False)


@person.command(short_help="Forget a person: text and identity, everywhere.")
@click.argument("address", type=Address())
@click.option("--dry-run", is_flag=True, help="Only show what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(address: str, dry_run: bool, yes: bool) -> None:
    """Forget whoever has ADDRESS: the text of their tickets and everything that says who they are. The figures stay.

    Neither Gmail nor a mailbox file brings it back; mail they write later is new. In Gmail itself nothing is deleted.
    """
    with opened(made=False) as ports:
        known = knowing.about(ports, address)
        click.echo(listing.person_text(known, listing.speech(in_force.zone(ports))), nl=False)
        reason = forgetting.why_not(known)
        if dry_run:
            click.echo(
                f"\nThis cannot be done yet. {reason}" if reason else "\nNothing was changed: this was a dry run."
            )
            return
        if reason:
            raise Refused(reason)
        if not yes:
            click.confirm("\nErase this for good?", abort=True)
        receipt = forgetting.forget(ports, address, getpass.getuser())
        click.echo(f"\nReceipt {receipt.number}")
        for line in receipt.lines:
            click.echo(line)
        click.echo(f"`{typed(f'person show {address}')}` shows what is left.")
