"""The command line. Exit codes: 0 it worked, 1 it did not, 2 it was called or configured wrongly."""

from __future__ import annotations

import atexit
import gc
import getpass
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click
import structlog

from inboxsla import checks, listing, supervisor, wiring
from inboxsla.app import create_app
from inboxsla.commands import mail as mail_commands
from inboxsla.commands import mailboxes as mailbox_commands
from inboxsla.commands.addon import addon
from inboxsla.commands.base import opened
from inboxsla.commands.config import config
from inboxsla.commands.doctor import doctor
from inboxsla.commands.person import person
from inboxsla.commands.policy import policy
from inboxsla.commands.whatif import whatif
from inboxsla.config import Settings, masked
from inboxsla.config.program import typed
from inboxsla.errors import ConfigMistakes, InboxSLAError, Misused
from inboxsla.services import auditing, importing, in_force, queries, setup, sign_in
from inboxsla.storage import migrations
from inboxsla.supervisor.lock import running_url
from inboxsla.web.server import serve
from workers import main as workers
from workers import ticker as tickers
from workers.process import settings as worker_settings


class Commands(click.Group):
    """Turns what went wrong into one sentence and an exit code, for every command alike."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigMistakes as wrong:
            count = len(wrong.mistakes)
            click.echo(f"The configuration has {count} mistake{'s' if count > 1 else ''}:", err=True)
            for mistake in wrong.mistakes:
                click.echo(f"  {mistake}", err=True)
            ctx.exit(2)
        except Misused as reason:
            click.echo(str(reason), err=True)
            ctx.exit(2)
        except InboxSLAError as reason:
            click.echo(str(reason), err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="inboxsla")
def main() -> None:
    """Turns a shared Gmail mailbox into an accountable help desk.

    Settings come from config.toml and INBOXSLA_* variables; without a config.toml everything runs as a demo.
    """
    # Python ends by collecting everything once more: half a second, and many on a busy machine that is to stop.
    atexit.register(gc.freeze)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionPrettyPrinter(),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _prepare(settings: Settings) -> None:
    migrations.upgrade(settings.sql_url)
    ports = wiring.ports(settings)
    setup.prepare(ports)
    ports.db.close()


@main.command(short_help="Start everything. Ctrl-C stops it.")
def run() -> None:
    """Start everything: web, ticker, workers and, in the demo, a simulated mailbox. Ctrl-C stops it."""
    settings = wiring.settings()
    code = supervisor.run(
        settings,
        sys.stdout,
        prepare=lambda: _prepare(settings),
        sign_in_link=lambda url: sign_in.make_link(wiring.ports(settings), url),
    )
    raise SystemExit(code)


@main.command(short_help="Serve the pages.")
def web() -> None:
    """Serve the pages (what `run` starts)."""
    settings = wiring.settings()
    serve(create_app, lambda: wiring.ports(settings), settings)


@main.command(short_help="Answer rings: sync, settle, assign, deliver.")
@click.option("--burst", is_flag=True, help="End when no ring waits any more.")
def worker(burst: bool) -> None:
    """Answer rings: sync, settle, assign, deliver (what `run` starts)."""
    settings = worker_settings()
    if not settings.redis_url:
        raise click.UsageError(
            f"No redis_url is set. `{typed('run')}` starts a Redis of its own and its workers with it."
        )
    workers.work(
        settings.redis_url, stopping=_stop_on_signals(), burst=burst, told=lambda line: click.echo(line, err=True)
    )


@main.command(short_help="Ring for what is due, once a second.")
def ticker() -> None:
    """Ring for what is due, once a second (what `run` starts)."""
    with opened() as ports:
        tickers.run(ports, stopping=_stop_on_signals())


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = wiring.settings()
    migrations.upgrade(settings.sql_url)
    click.echo(f"{masked(settings.sql_url)} is at version {migrations.current(settings.sql_url)}.")


@main.command("sign-in-link", short_help="Print a one-time link to the pages.")
@click.argument("address", default="", metavar="[ADDRESS]")
def sign_in_link(address: str) -> None:
    """Print a link that signs in once, within a day.

    It signs in ADDRESS, who must be on a people list. Without one it signs in the first admin; while there is none, whoever opens it
    may set InboxSLA up.
    """
    with opened() as ports:
        url = running_url(ports.settings.data_dir)
        if url is None:
            click.echo(f"Nothing runs here yet, so the link will work once `{typed('run')}` does.", err=True)
        click.echo(sign_in.make_link(ports, url or ports.settings.server.url, address.strip().lower()))


@main.command(short_help="Let labels be written and people be mailed from now on.")
@click.argument("mailbox")
def live(mailbox: str) -> None:
    """Make MAILBOX live: labels are written and people are mailed from now on, never about the past."""
    with opened(made=False) as ports:
        setup.live(ports, mailbox.lower(), getpass.getuser())
        click.echo(f"{mailbox} is live. Steps that fell due before now are skipped.")


@main.command(short_help="List tickets, most pressing first.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list of objects.")
@click.option(
    "--show",
    type=click.Choice(list(queries.SHOWS)),
    default="open",
    show_default=True,
    help="Which tickets; “nobody” are the open ones that nobody owns.",
)
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="How many tickets at most."
)
@click.option("--mailbox", metavar="ADDRESS", default="", help="Tickets of this mailbox only.")
def tickets(as_json: bool, show: str, limit: int, mailbox: str) -> None:
    """List tickets, most pressing first; those that were read from a file come after all others."""
    with opened(made=False) as ports:
        board = queries.board(ports, show=show, limit=limit, imported=True, address=mailbox.lower())
        listed = listing.as_json if as_json else listing.as_table
        click.echo(listed(board), nl=as_json)


@main.command(short_help="Show one ticket; --why explains its due times.")
@click.argument("ticket_id", type=int, metavar="ID")
@click.option("--why", is_flag=True, help="Explain every due time, span by span.")
def ticket(ticket_id: int, why: bool) -> None:
    """Show one ticket: its promises, what happened, what comes next."""
    with opened(made=False) as ports:
        say = listing.speech(in_force.zone(ports))
        click.echo(listing.one(queries.ticket(ports, ticket_id, say), say, why=why), nl=False)


def _addresses(ctx: click.Context, option: click.Parameter, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Refuse what is no address before anything is opened: that is a call gone wrong, not a failure."""
    for each in (value,) if isinstance(value, str) else value:
        local, _, domain = each.rpartition("@")
        if not local or not domain or " " in each:
            raise click.UsageError(f"“{each}” is not an address; write for example support@your.example.")
    return value


@main.command("import", short_help="Read a mailbox file (mbox) and build its tickets.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mailbox", required=True, metavar="ADDRESS", callback=_addresses, help="The address the file belongs to."
)
@click.option(
    "--agent",
    "agents",
    multiple=True,
    metavar="ADDRESS",
    callback=_addresses,
    help="Somebody who answers customers. Repeat for each.",
)
@click.option("--own-list", "own_lists", multiple=True, metavar="ID", help="A list id whose mail is ordinary mail.")
def import_(file: Path, mailbox: str, agents: tuple[str, ...], own_lists: tuple[str, ...]) -> None:
    """Read a mailbox FILE (mbox, such as Google Takeout makes) and build its tickets.

    Imported mail never causes outgoing mail. Reading the same file again adds nothing.
    """
    with opened() as ports:
        # The demo's mailbox is for `run`; and what runs already may have another configuration than this call.
        if not ports.settings.demo and running_url(ports.settings.data_dir) is None:
            setup.prepare(ports)
        with listing.progress("Reading messages", file.stat().st_size) as moved:
            read = importing.read(ports, file, mailbox.lower(), agents, own_lists, moved)
        with listing.progress("Building tickets", read.threads) as moved:
            built = importing.build(ports, read, moved)
        click.echo(listing.imported(read, built, ports.settings), nl=False)


@main.command(short_help="Audit what was promised and kept.")
@click.option("--mailbox", metavar="ADDRESS", help="Report on this mailbox only; without it, on every one.")
@click.option("--json", "as_json", is_flag=True, help="The same figures as JSON.")
def report(mailbox: str | None, as_json: bool) -> None:
    """Audit what was promised and kept: tickets, first response in business time, compliance per promise."""
    with opened(made=False) as ports:
        found = auditing.audits(ports, mailbox.lower() if mailbox else None)
        click.echo(
            listing.audit_json(found) if as_json else listing.audit_text(found, listing.speech(in_force.zone(ports))),
            nl=False,
        )


@main.command(short_help="Prove it: lint, types, imports, tests.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def check(arguments: tuple[str, ...]) -> None:
    """Prove it: lint, types, import contract, tests. ARGUMENTS go to pytest."""
    raise SystemExit(checks.run(arguments))


for command in (*mailbox_commands.COMMANDS, *mail_commands.COMMANDS):
    main.add_command(command)
main.add_command(config)
main.add_command(doctor)
main.add_command(person)
main.add_command(policy)
main.add_command(addon)
main.add_command(whatif)
