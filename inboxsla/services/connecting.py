"""Connecting a mailbox: what opens it is tried first, and only what works for exactly this address is written down."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Connection

from inboxsla.config.program import typed
from inboxsla.errors import Misused, Refused
from inboxsla.gmail import accounts
from inboxsla.gmail.accounts import Begun, Client, Opened
from inboxsla.gmail.credentials import Secret, ServiceSecret, Stored, read_file
from inboxsla.gmail.keys import CannotUnseal, Sealed
from inboxsla.services import access, in_force
from inboxsla.services.ports import Ports
from inboxsla.services.retiring import resumed
from inboxsla.storage import configurations, consents, mailboxes, records
from inboxsla.storage.consents import Consent
from inboxsla.storage.credentials import CredentialRow
from inboxsla.storage.mailboxes import MailboxRow

CONSENT_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Connected:
    """`is_new` is False where the mailbox was known before; it then stays observed or live, as it was."""

    mailbox: MailboxRow
    is_new: bool
    kind: str


def from_file(ports: Ports, address: str, text: str, name: str, actor: str) -> Connected:
    """Connect `address` with the text of a credentials file.

    Raises Misused for a file that cannot be used, Refused where Google does not accept it or it opens another mailbox, and
    TryLater; nothing is stored then.
    """
    _not_in_the_demo(ports)
    secret = read_file(text, name, ports.settings.google.token_uri)
    if isinstance(secret, ServiceSecret) and address not in ports.settings.google.service_account_mailboxes:
        raise Misused(
            f"This key of a service account opens every mailbox of the organisation. InboxSLA uses it for listed mailboxes only: "
            f'write service_account_mailboxes = ["{address}"] under [google] in config.toml.'
        )
    return _connect(ports, address, secret, actor)


def client(ports: Ports, command: str = "connect") -> Client:
    """This installation's OAuth client. Raises Misused where none is set up, naming the `command` that can do without."""
    said = ports.settings.google
    if said.client_file is not None:
        return accounts.client_of_file(said.client_file, said.auth_uri, said.token_uri)
    if not said.client_id:
        raise Misused(
            "No OAuth client is set up yet. Make one in Google Cloud and write its google.client_id and google.client_secret into "
            f"config.toml (docs/connecting.md shows how); or bring a credentials file: "
            f"{typed(f'{command} ADDRESS --credentials FILE')}"
        )
    return Client(said.client_id, said.client_secret, said.auth_uri, said.token_uri)


def begin(ports: Ports, address: str, redirect_uri: str) -> Begun:
    """Begin a consent whose end the same process waits for. Raises Misused."""
    _not_in_the_demo(ports)
    return accounts.begin(client(ports), redirect_uri, address)


def finish(
    ports: Ports, address: str, redirect_uri: str, begun: Begun, answer: Mapping[str, str], actor: str
) -> Connected:
    """End it with what Google sent the browser back with. Raises Refused, Misused, TryLater; nothing is stored then."""
    if not secrets.compare_digest(begun.state.encode(), answer.get("state", "").encode()):
        raise Refused("This answer belongs to another consent. Begin again.")
    secret = accounts.finish(client(ports), redirect_uri, begun.verifier, answer)
    return _connect(ports, address, secret, actor)


def begin_for_browser(ports: Ports, address: str, redirect_uri: str, session: str) -> str:
    """Begin a consent that comes back to our pages within ten minutes, once, to the same `session`. Returns where to go."""
    begun = begin(ports, address, redirect_uri)
    digest, now = _digest(begun.state), ports.now()
    sealed = access.keys(ports.settings).seal(begun.verifier, _about(digest))
    with ports.db.write() as conn:
        consents.forget(conn, now)
        under_way = Consent(address, sealed.text, sealed.key_id, redirect_uri)
        consents.add(conn, digest, under_way, session=_digest(session), made_at=now, expires_at=now + CONSENT_GOOD_FOR)
    return begun.url


def finish_for_browser(ports: Ports, answer: Mapping[str, str], session: str, actor: str) -> Connected:
    """End it. Raises Refused for an answer that nobody here waits for: forged, used already, too old, of another browser."""
    digest = _digest(answer.get("state", ""))
    with ports.db.write() as conn:
        consent = consents.use(conn, digest, _digest(session), ports.now())
    if consent is None:
        raise Refused(
            "Nobody here waits for this answer from Google. A consent can be used once, within ten minutes, in the browser it was "
            "begun in. Nothing was connected; begin again."
        )
    try:
        verifier = access.keys(ports.settings).unseal(Sealed(consent.sealed, consent.key_id), _about(digest))
    except CannotUnseal as error:
        raise Refused(
            "The key that seals secrets was replaced meanwhile. Nothing was connected; begin again."
        ) from error
    secret = accounts.finish(client(ports), consent.redirect_uri, verifier, answer)
    return _connect(ports, consent.address, secret, actor)


def _connect(ports: Ports, address: str, secret: Secret, actor: str) -> Connected:
    opened = accounts.open_with(secret, address, api_root=ports.settings.google.api_root)
    if opened.address != address:
        raise Refused(
            f"This opens {opened.address}, not {address}. Nothing was connected. Sign in as {address}, or connect "
            f"{opened.address} instead."
        )
    with ports.db.write() as conn:
        configurations.lock(conn)
        box, is_new = _mailbox(conn, ports, address)
        _written_down(conn, ports, box, opened, actor)
        what = f"mailbox {address} connected" if is_new else f"mailbox {address} connected again"
        records.log(conn, actor, what, ports.now(), None, {"scopes": list(opened.scopes), "mode": box.mode})
        return Connected(mailboxes.get(conn, box.id), is_new, _kind(opened))


def _mailbox(conn: Connection, ports: Ports, address: str) -> tuple[MailboxRow, bool]:
    """The mailbox, in use; observed if it is new or was set aside."""
    now = ports.now()
    found = mailboxes.by_address(conn, "gmail", address)
    if found is not None:
        return resumed(conn, found, now), False
    force = in_force.in_force(conn, ports.settings)
    box = mailboxes.ensure(
        conn,
        "gmail",
        address,
        policy_name=force.document.policy_of(address),
        aliases=force.document.aliases_of(address),
        own_lists=force.document.own_lists_of(address),
    )
    in_force.welcome(conn, force, box, now)
    return box, True


def _written_down(conn: Connection, ports: Ports, box: MailboxRow, opened: Opened, actor: str) -> None:
    now = ports.now()
    account = opened.secret.client_email if isinstance(opened.secret, ServiceSecret) else opened.address
    row = CredentialRow(box.id, _kind(opened), "", "", opened.scopes, account, now, actor)
    access.put_away(conn, ports.settings, box.id, box.address, Stored(opened.secret, opened.access), row)
    access.regained(conn, box.id)


def _kind(opened: Opened) -> str:
    return "service_account" if isinstance(opened.secret, ServiceSecret) else "user"


def _not_in_the_demo(ports: Ports) -> None:
    if ports.settings.demo:
        raise Misused(
            "This is the demo, whose mailbox is simulated. Write a config.toml (config.example.toml shows one), and connect then."
        )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _about(digest: str) -> str:
    return f"consent {digest}"
