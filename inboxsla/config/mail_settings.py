"""How mails to staff leave: `[mail]`, the relay in `[smtp]`, and the second route in `[alarms]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from inboxsla.config import fields
from inboxsla.config.mail_fields import Host, Patience, PortOrNone, SenderOrNone
from inboxsla.config.news_fields import AddressOrNone
from inboxsla.config.places import Path as Key
from inboxsla.config.section import Section

_USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Mail(Section):
    """`account` is the Gmail account of way “gmail”, which is no mailbox that is read."""

    way: Literal["mailbox", "gmail", "smtp"] = "mailbox"
    account: AddressOrNone = ""


class Smtp(Section):
    """`port` None: the usual one for `tls`. Without `user` nobody logs in."""

    host: Host = ""
    port: PortOrNone = None
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: fields.Hidden = ""
    password_file: fields.FileOrNone = None
    from_address: SenderOrNone = ""
    ca_file: fields.FileOrNone = None
    timeout: Patience = timedelta(seconds=20)

    @property
    def at_port(self) -> int:
        return self.port or _USUAL_PORTS[self.tls]


class Alarms(Section):
    """`account` empty: that of `[mail]`. `recipients` empty: the admins on the people list."""

    route: Literal["none", "gmail", "smtp"] = "none"
    account: AddressOrNone = ""
    recipients: tuple[fields.Address, ...] = ()


def complaints(tree: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """What is wrong between these keys, of raw values that may each be wrong by themselves."""
    mail, smtp, alarms = (_table(tree, name) for name in ("mail", "smtp", "alarms"))
    if mail.get("way") == "gmail" and not mail.get("account"):
        yield _place("mail", mail, "account", "way"), "way “gmail” needs account: the Gmail account to send from."
    if alarms.get("route") == "gmail" and not (alarms.get("account") or mail.get("account")):
        yield (
            _place("alarms", alarms, "account", "route"),
            "route “gmail” needs account: a Gmail account other than the mailboxes.",
        )
    yield from _shared_after_all(tree, mail, alarms)
    if "smtp" in (mail.get("way"), alarms.get("route")):
        by = ("mail", "way") if mail.get("way") == "smtp" else ("alarms", "route")
        for key, meaning in (("host", "the mail server"), ("from_address", "the address that mails come from")):
            if not smtp.get(key):
                place = ("smtp", key) if key in smtp else ("smtp",) if smtp else by
                yield place, f"sending by “smtp” needs smtp.{key}: {meaning}. docs/sending.md shows a whole example."
    yield from _login(smtp)


def _shared_after_all(
    tree: Mapping[str, Any], mail: Mapping[str, Any], alarms: Mapping[str, Any]
) -> Iterator[tuple[Key, str]]:
    written = tree.get("mailboxes")
    boxes = [box for box in written if isinstance(box, Mapping)] if isinstance(written, list) else []
    shared = {str(box.get("address", "")).strip().lower() for box in boxes} - {""}
    for name, table in (("mail", mail), ("alarms", alarms)):
        if str(table.get("account", "")).strip().lower() in shared:
            yield (
                (name, "account"),
                f"“{table['account']}” is one of the mailboxes, so it would fail together with it. Name another account.",
            )


def _login(smtp: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """Values are not repeated: one of them may be a password in the wrong place."""
    by_file, by_setting = bool(smtp.get("password_file")), bool(smtp.get("password"))
    if by_file and by_setting:
        yield ("smtp", "password_file"), "password and password_file both give a password. Keep one of them."
    if smtp.get("user") and not (by_file or by_setting):
        yield (
            ("smtp", "user"),
            "user needs a password: INBOXSLA_SMTP__PASSWORD in the environment, or password_file, or password.",
        )
    if (by_file or by_setting) and not smtp.get("user"):
        yield (
            ("smtp", "password_file" if by_file else "password"),
            "a password belongs to a user, and there is none. Write user beside it.",
        )
    if smtp.get("user") and smtp.get("tls") == "none" and smtp.get("host") not in _THIS_MACHINE:
        yield ("smtp", "tls"), "the password would cross the network for everybody to read. Write starttls or tls."


def _table(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, Mapping) else {}


def _place(name: str, table: Mapping[str, Any], key: str, otherwise: str) -> Key:
    return (name, key if key in table else otherwise)
