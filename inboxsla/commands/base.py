"""What commands share: an open database, files as text, questions to whoever sits at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from inboxsla import wiring
from inboxsla.config import Settings, masked
from inboxsla.config.document import Document, read
from inboxsla.config.program import typed
from inboxsla.config.sources import Source, decoded, from_text, text_of
from inboxsla.errors import ConfigMistakes, Missing, Misused
from inboxsla.services.configuring import Plan
from inboxsla.services.ports import Ports
from inboxsla.storage import migrations
from inboxsla.supervisor.lock import Running, running

STDIN = Path("-")


@contextmanager
def opened(*, made: bool = True, beside_run: bool = False) -> Iterator[Ports]:
    """Ports over a database that is up to date. Without `made` it must be there already: raises Missing where it is not.

    With `beside_run` they share Redis, and so the quota, with the run on this data folder, if there is one.
    """
    settings = wiring.settings()
    if beside_run:
        settings = as_it_runs(settings, running(settings.data_dir))
    if not made and not migrations.exists(settings.sql_url):
        raise no_data(settings)
    migrations.upgrade(settings.sql_url)
    ports = wiring.ports(settings)
    try:
        yield ports
    finally:
        ports.db.close()


def as_it_runs(settings: Settings, run: Running | None) -> Settings:
    """With the addresses that the run on this data folder has chosen for itself."""
    if run is None:
        return settings
    redis = {"redis_url": settings.redis_url or run.redis_url}
    google = {"google": settings.google.model_copy(update={"api_root": run.api_root})} if run.api_root else {}
    return settings.model_copy(update={**redis, **google})


def no_data(settings: Settings) -> Missing:
    """What to raise where a database was expected."""
    where = masked(settings.database_url) or settings.data_dir.absolute()
    return Missing(
        f"There is no InboxSLA data in {where}. `{typed('run')}` starts it there, and `{typed('import')}` reads a"
        " mailbox file. If yours is elsewhere, go there, or name its folder with INBOXSLA_DATA_DIR."
    )


def has_database(settings: Settings) -> bool:
    """Whether there is one to look into; looking must not make it."""
    return bool(settings.database_url) or settings.sqlite_path.exists()


def named(file: Path) -> str:
    """What a file is called in complaints."""
    return "standard input" if file == STDIN else file.name


def written(file: Path) -> tuple[str, Source]:
    """The text of a TOML file (“-”: standard input) and what it holds, its mistakes included."""
    if file == STDIN:
        text, mistakes = decoded(sys.stdin.buffer.read(), named(file))
    else:
        text, mistakes = text_of(file)
    return text, Source(mistakes=mistakes) if mistakes else from_text(text, named(file))


def text_in(file: Path) -> str:
    """The text of a file that is no configuration (“-”: standard input). Raises Misused."""
    if file == STDIN:
        text, mistakes = decoded(sys.stdin.buffer.read(), named(file))
    else:
        text, mistakes = text_of(file)
    if mistakes:
        raise Misused(mistakes[0].replace(" config.example.toml shows what one looks like.", ""))
    return text


def drafted(ports: Ports, file: Path) -> Document:
    """The draft of a configuration in a TOML file. Raises ConfigMistakes with every mistake."""
    text, source = written(file)
    if source.mistakes:
        raise ConfigMistakes(source.mistakes)
    return read(text, named(file), ports.now()).document


def open_too(plan: Plan, said: bool | None) -> bool | None:
    """Whether open tickets get it too: as the call says, else as the person at the terminal does, else None."""
    if said is not None or not plan.concerns_open_tickets or not sys.stdin.isatty():
        return said
    tickets = f"{plan.open_tickets:,} open ticket{'' if plan.open_tickets == 1 else 's'}"
    return click.confirm(
        f"Is this also for the {tickets} (otherwise only for new ones)?", default=plan.open_too_by_default
    )
