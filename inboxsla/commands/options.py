"""What commands are called with, where several take the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from inboxsla.config.fields import address as read_address

Command = Callable[..., Any]


class Address(click.ParamType[str]):
    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return read_address(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


def asks_google(command: Command) -> Command:
    """For commands that connect a Gmail account: its ADDRESS, and how its owner consents."""
    for option in (
        click.option("--no-browser", is_flag=True, help="Only print the link, and open no browser."),
        click.option(
            "--credentials",
            type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
            metavar="FILE",
            help="An authorized-user or service-account JSON, instead of the browser (“-”: from standard input).",
        ),
        click.argument("address", type=Address()),
    ):
        command = option(command)
    return command
