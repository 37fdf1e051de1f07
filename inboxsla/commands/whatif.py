"""`inboxsla whatif`: a draft of the configuration, tried on what happened."""

from __future__ import annotations

from pathlib import Path

import click

from inboxsla import listing
from inboxsla.commands.base import drafted, opened
from inboxsla.services import in_force
from inboxsla.services import whatif as trying


@click.command(short_help="Show what a draft configuration would have changed.")
@click.option(
    "--policy",
    "draft",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The draft: a configuration as TOML, such as `config export` prints.",
)
@click.option("--days", type=click.IntRange(1, 36_500), default=90, show_default=True, help="How far back to look.")
@click.option("--mailbox", metavar="ADDRESS", help="Only this mailbox; without it every one.")
@click.option("--json", "as_json", is_flag=True, help="The same figures as JSON.")
def whatif(draft: Path, days: int, mailbox: str | None, as_json: bool) -> None:
    """Replay stored tickets under a draft: what would have been kept and missed, and who would have been mailed.

    It replays clocks, not people. Nothing is changed and nobody is told.
    """
    with opened() as ports:
        document = drafted(ports, draft)
        only = mailbox.lower() if mailbox else None
        with listing.progress("Replaying tickets", trying.count(ports, days, only)) as moved:
            found = trying.whatif(ports, document, days, only, moved)
        say = listing.speech(in_force.zone(ports))
        click.echo(listing.whatif_json(found) if as_json else listing.whatif_text(found, say), nl=False)
