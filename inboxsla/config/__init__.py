"""Settings: read once at the start of a process from config.toml and INBOXSLA_* variables, and never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from inboxsla.config import mistakes, sources
from inboxsla.config.checks import across
from inboxsla.config.keys import WHOLE
from inboxsla.config.ladder import LadderStep
from inboxsla.config.overlaps import overlaps
from inboxsla.config.settings import (
    Assignment,
    Calendar,
    Google,
    Mailbox,
    Notify,
    Person,
    Policy,
    Push,
    Server,
    Settings,
    Sync,
    Workers,
    socket_url,
)
from inboxsla.config.webhooks import Webhook
from inboxsla.errors import ConfigMistakes

__all__ = [
    "Assignment",
    "Calendar",
    "Google",
    "LadderStep",
    "Mailbox",
    "Notify",
    "Person",
    "Policy",
    "Push",
    "Server",
    "Settings",
    "Sync",
    "Webhook",
    "Workers",
    "load",
    "masked",
    "socket_url",
]


def load(config_file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings in force. A file named here or in INBOXSLA_CONFIG must exist; otherwise ./config.toml may.

    Variables win over the file, the file over the demo's values, those over the defaults. It is a demo if the variable
    or the file says so, or if there is no file at all. Raises ConfigMistakes with every mistake, each naming its place.
    """
    path = _config_file(config_file, environ)
    written = sources.from_file(path) if path else sources.Source()
    environment = sources.from_environment(environ)
    source = sources.laid_over(environment, written)
    said = source.tree.setdefault("demo", path is None)
    if said is True or str(said).strip().lower() in ("true", "1", "yes", "on", "t", "y"):
        source = sources.laid_over(source, sources.demo(), WHOLE)
    found = source.mistakes
    if written.mistakes:
        raise ConfigMistakes(found)
    return _checked(source, found, path)


def masked(url: str) -> str:
    """A database or Redis address that can be shown: the password is left out."""
    return re.sub(r"(?<=://)([^/@]*?):[^/]*@", r"\1:…@", url)


def _checked(source: sources.Source, found: list[str], path: Path | None) -> Settings:
    settings = None
    try:
        settings = Settings.of(source.tree)
    except ValidationError as error:
        found += mistakes.sentences(error, source)
    complaints = [*across(source.tree), *overlaps(settings.calendar if settings else _calendar(source), ("calendar",))]
    found += [mistakes.sentence(key, reason, source) for key, reason in complaints]
    if found or settings is None:
        raise ConfigMistakes(sorted(found, key=mistakes.line))
    settings._config_file = path
    return settings


def _calendar(source: sources.Source) -> Calendar:
    """The calendar of settings that have a mistake; the usual one if that is where it is."""
    try:
        return Calendar.model_validate(source.tree.get("calendar", {}))
    except ValidationError:
        return Calendar()


def _config_file(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    if named is None and environ.get(sources.CONFIG_FILE):
        named = Path(environ[sources.CONFIG_FILE])
    if named is not None:
        return named
    beside = Path("config.toml")
    return beside if beside.exists() else None
