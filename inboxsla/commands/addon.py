"""`inboxsla addon`: the side panel in Gmail."""

from __future__ import annotations

import json

import click

from addon.manifest import manifest, public_address
from inboxsla import wiring
from inboxsla.errors import Misused


@click.group(short_help="The side panel in Gmail.")
def addon() -> None:
    """The side panel in Gmail. docs/side-panel.md takes you through its installation."""


@addon.command("manifest", short_help="Print the deployment.json that Google wants.")
@click.option("--base-url", metavar="URL", help="Where Google reaches this server; without it server.base_url.")
def print_manifest(base_url: str | None) -> None:
    """Print the deployment.json for `gcloud workspace-add-ons deployments create`."""
    ours = wiring.settings().server.base_url
    chosen = base_url or ours
    if not chosen:
        raise Misused(
            "Say where Google reaches this server: --base-url https://desk.example.org, or set server.base_url."
        )
    click.echo(json.dumps(manifest(chosen), indent=2, ensure_ascii=False))
    if ours.rstrip("/") != public_address(chosen):
        said = f"is {ours}" if ours else "is not set"
        click.echo(
            f"Note: server.base_url {said} here. Set it to {public_address(chosen)} where the pages run: the panel answers only"
            " calls that are meant for that address.",
            err=True,
        )
