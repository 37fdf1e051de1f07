"""Gmail accounts that mails go out through and that are never read: connecting, using and disconnecting them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.errors import AccessLost, InboxSLAError, Missing, Misused, Refused, TryLater
from inboxsla.gmail import accounts, sending_account
from inboxsla.gmail.accounts import Begun
from inboxsla.gmail.credentials import (
    USUAL_TOKEN_URI,
    Access,
    Renewing,
    Secret,
    ServiceSecret,
    Stored,
    UserSecret,
    google_credentials,
    kind_of,
    read_file,
)
from inboxsla.gmail.keys import CannotUnseal
from inboxsla.gmail.sending_account import SendingAccount
from inboxsla.notify.mailer import Taken
from inboxsla.services import access, connecting, sealed_senders
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, records, senders
from inboxsla.storage.database import Database
from inboxsla.storage.senders import SenderRow

log = structlog.get_logger()

_KEY_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Connected:
    """`finds` says that what it sends can be found again, so that nothing is sent twice."""

    address: str
    kind: str
    finds: bool


def begin(ports: Ports, address: str, redirect_uri: str) -> Begun:
    """Begin a consent whose end the same process waits for. Raises Misused, Refused."""
    _fit(ports, address)
    return accounts.begin(connecting.client(ports, "mail connect"), redirect_uri, address, sending_account.ASKED)


def finish(
    ports: Ports, address: str, redirect_uri: str, begun: Begun, answer: Mapping[str, str], actor: str
) -> Connected:
    """End it with what Google sent the browser back with. Raises Refused, Misused, TryLater; nothing is stored then."""
    if not secrets.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
        raise Refused("This answer belongs to another consent. Begin again.")
    client = connecting.client(ports)
    secret = accounts.finish(client, redirect_uri, begun.verifier, answer, enough=sending_account.SENDS)
    return _connect(ports, address, secret, actor)


def from_file(ports: Ports, address: str, text: str, name: str, actor: str) -> Connected:
    """Connect with the text of a credentials file. Raises Misused, Refused, TryLater; nothing is stored then."""
    _fit(ports, address)
    secret = read_file(text, name, ports.settings.google.token_uri)
    if isinstance(secret, ServiceSecret) and address not in ports.settings.google.service_account_mailboxes:
        raise Misused(
            f"This key of a service account opens every mailbox of the organisation. InboxSLA uses it for listed ones only: "
            f'write service_account_mailboxes = ["{address}"] under [google] in config.toml.'
        )
    return _connect(ports, address, secret, actor)


def _fit(ports: Ports, address: str) -> None:
    if ports.settings.demo:
        raise Misused("This is the demo, whose Gmail is simulated. Write a config.toml first (config.example.toml).")
    with ports.db.read() as conn:
        box = mailboxes.by_address(conn, "gmail", address)
    if box is not None and box.retired_at is None:
        raise Refused(f"{address} is one of the mailboxes, which need nothing else to send. Name another account.")


def _connect(ports: Ports, address: str, secret: Secret, actor: str) -> Connected:
    opened = sending_account.opened(secret, address, api_root=ports.settings.google.api_root)
    if opened.address != address:
        raise Refused(f"This opens {opened.address}, not {address}. Nothing was connected. Sign in as {address}.")
    sealed = sealed_senders.seal(access.keys(ports.settings), Stored(opened.secret, opened.access), address)
    account = opened.secret.client_email if isinstance(opened.secret, ServiceSecret) else address
    kind, now = kind_of(opened.secret), ports.now()
    with ports.db.write() as conn:
        senders.put(conn, SenderRow(address, kind, sealed.text, sealed.key_id, opened.scopes, account, now, actor))
        records.log(conn, actor, f"sending account {address} connected", now, None, {"scopes": list(opened.scopes)})
    return Connected(address, kind, sending_account.shows_headers(opened.scopes))


def disconnect(ports: Ports, address: str, actor: str) -> list[str]:
    """Give the permission back and delete it. What was done, a sentence each. Raises Missing, and TryLater: then nothing is."""
    with ports.db.read() as conn:
        row = senders.get(conn, address)
    if row is None:
        raise Missing(f"No sending account {address} is connected.")
    lines = [_given_back(ports, row)]
    with ports.db.write() as conn:
        senders.forget(conn, address)
        records.log(conn, actor, f"sending account {address} disconnected", ports.now())
    lines.append(f"{address} is disconnected. Mails that waited for it are composed anew for the way that is set.")
    return lines


def _given_back(ports: Ports, row: SenderRow) -> str:
    try:
        secret = sealed_senders.unseal(access.keys(ports.settings), row).secret
    except (CannotUnseal, Refused):
        return "The permission cannot be unsealed here; remove InboxSLA at https://myaccount.google.com/connections"
    if isinstance(secret, ServiceSecret):
        return f"The key of {secret.client_email} still lets in whoever has it. Delete it in Google Cloud."
    if accounts.revoke(secret, ports.settings.google.revoke_uri):
        return "The permission was taken back at Google."
    return "Google knew the permission no more."


def opened(db: Database, settings: Settings, address: str) -> tuple[Renewing, bool]:
    """What Google's client needs for one account, and whether what it sends can be found again.

    Raises Missing where it is not connected, TryLater while its key is not here: it may be put back.
    """
    with db.read() as conn:
        row = senders.get(conn, address)
    if row is None:
        raise Missing(f"The Gmail account {address} is not connected: {typed(f'mail connect {address}')}")
    try:
        stored = sealed_senders.unseal(access.keys(settings), row)
    except (CannotUnseal, Refused) as without_key:
        raise TryLater(
            f"The key that seals our permission for {address} is not here. Put it back, or connect again: "
            f"{typed(f'mail connect {address}')}",
            _KEY_WAIT,
        ) from without_key
    if settings.google.token_uri != USUAL_TOKEN_URI:
        stored = replace(stored, secret=replace(stored.secret, token_uri=settings.google.token_uri))
    finds = sending_account.shows_headers(row.scopes)
    asks = sending_account.ASKED if finds else (sending_account.SEND,)
    return google_credentials(stored, address, _keeper(db, settings, address), asks), finds


def _keeper(db: Database, settings: Settings, address: str) -> Callable[[Access], None]:
    def keep(fresh: Access) -> None:
        with db.write() as conn:
            row = senders.get(conn, address, lock=True)
            if row is None:
                return
            try:
                keys = access.keys(settings)
                stored = sealed_senders.unseal(keys, row)
            except (CannotUnseal, Refused):
                return  # the token still serves this job; what is wrong with the key, the next one says
            if isinstance(stored.secret, UserSecret) and fresh.refresh_token:
                stored = replace(stored, secret=replace(stored.secret, refresh_token=fresh.refresh_token))
            sealed = sealed_senders.seal(keys, replace(stored, access=fresh), address)
            senders.reseal(conn, address, sealed.text, sealed.key_id)

    return keep


class AccountMailer:
    """The Mailer over a Gmail account that only sends."""

    def __init__(self, gmail: SendingAccount, address: str, *, finds: bool) -> None:
        self._gmail, self._address, self._finds = gmail, address, finds

    def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
        try:
            sent = self._gmail.send(mail)
        except AccessLost as lost:
            raise self._lost(lost) from lost
        return Taken(sent.id, sent.thread_id, self._message_id(sent.id))

    def find(self, marker: str, since: datetime) -> Taken | None:
        if not self._finds:
            raise Refused(
                f"The permission for {self._address} is for sending only, so nothing can be looked for there."
            )
        try:
            found = self._gmail.find_sent(marker, since)
        except AccessLost as lost:
            raise self._lost(lost) from lost
        return None if found is None else Taken(found.id, found.thread_id, self._message_id(found.id))

    def _message_id(self, gmail_id: str) -> str:
        """Read back at once, because Gmail gives a new one: answers are known by it. The mail is out, whatever comes of this."""
        try:
            return self._gmail.message_id(gmail_id) if self._finds else ""
        except InboxSLAError as error:
            log.info("Message-ID not read back", account=self._address, reason=str(error))
            return ""

    def _lost(self, lost: AccessLost) -> AccessLost:
        said = str(lost).replace("connect ADDRESS", f"mail connect {self._address}")
        return AccessLost(said.replace("the mailbox again", "the account again").replace("this mailbox", self._address))
