"""`inboxsla doctor`: gathers what the checks cannot see from the database, has them look, and prints what they found."""

from __future__ import annotations

import click

from inboxsla import listing, wiring
from inboxsla.commands.base import as_it_runs, no_data
from inboxsla.config import Settings
from inboxsla.errors import InboxSLAError, TryLater
from inboxsla.queue.looking import JobQueue
from inboxsla.services import checkup, rebuild
from inboxsla.services.checkup import Finding, Surroundings, fixing
from inboxsla.services.ports import Ports
from inboxsla.storage import migrations
from inboxsla.supervisor.lock import Running, running


@click.command(short_help="Look whether everything works, and say what to do.")
@click.option("--fix", "fixes", is_flag=True, help="Do what is safe about what is found: no mail goes out twice.")
@click.option("--rebuild", "rebuilds", is_flag=True, help="Also compare every ticket with what its events add up to.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object, for monitoring.")
def doctor(fixes: bool, rebuilds: bool, as_json: bool) -> None:
    """Look whether everything InboxSLA needs is there and works, and say what to do where it does not.

    Exit code 0: all is well. 1: something needs attention, or could not be looked at. 2: the call or the settings are wrong.
    Each connected mailbox is asked about at Google, for four quota units.
    """
    settings = wiring.settings()
    _must_exist(settings)
    run = running(settings.data_dir)
    ports = wiring.ports(as_it_runs(settings, run))
    try:
        queue = JobQueue(ports.settings.redis_url) if ports.settings.redis_url else None
        found = _looked(ports, settings, run, queue, rebuilds=rebuilds)
        done = list(fixing.fix(ports, queue, found)) if fixes else []
        if done:
            found = _looked(ports, settings, run, queue, rebuilds=rebuilds)
        if as_json:
            click.echo(listing.checkup_json(found, done, ports.now()))
        else:
            click.echo(listing.checkup_text(found, done, ports.now(), listing.speech(checkup.zone(ports))), nl=False)
    finally:
        ports.db.close()
    raise SystemExit(0 if all(finding.ok for finding in found) else 1)


def _must_exist(settings: Settings) -> None:
    """Raises Missing where there never was a database. One that is away is a finding."""
    try:
        there = migrations.exists(settings.sql_url)
    except InboxSLAError:
        return
    if not there:
        raise no_data(settings)


def _looked(
    ports: Ports, settings: Settings, run: Running | None, queue: JobQueue | None, *, rebuilds: bool
) -> tuple[Finding, ...]:
    looks, away = None, ""
    try:
        looks = queue.look(ports.now()) if queue is not None else None
    except TryLater as error:
        away = str(error)
    around = Surroundings(
        run.url if run else "", not settings.redis_url, looks, away, run_since=run.since if run else None
    )
    found = checkup.found(ports, around)
    if rebuilds and not any(finding.area == "database" and not finding.ok for finding in found):
        found = (*found, *rebuild.compare(ports))
    return found
