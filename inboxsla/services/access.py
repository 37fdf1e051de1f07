"""What opens our mailboxes: sealed when written down, unsealed when used, and sealed anew when the key is replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.errors import AccessLost, Refused, TryLater
from inboxsla.gmail import accounts
from inboxsla.gmail.credentials import (
    USUAL_TOKEN_URI,
    Access,
    Renewing,
    ServiceSecret,
    Stored,
    UserSecret,
    google_credentials,
    kind_of,
)
from inboxsla.gmail.keys import CannotUnseal, KeyFile, Keys, Sealed
from inboxsla.services import sealed_senders
from inboxsla.services.ports import Ports
from inboxsla.storage import credentials, mailboxes, records, watches
from inboxsla.storage.credentials import CredentialRow
from inboxsla.storage.database import Database
from inboxsla.storage.mailboxes import MailboxRow

_KEY_WAIT = timedelta(minutes=1)


def keys(settings: Settings) -> Keys:
    """The keys of this installation, read anew, so that a running process learns of a new one. Raises Refused."""
    if settings.sealing_key:
        return Keys.of(settings.sealing_key.split(","))
    return KeyFile(settings.data_dir).keys()


def put_away(
    conn: Connection, settings: Settings, mailbox_id: int, address: str, stored: Stored, row: CredentialRow
) -> None:
    """Keep `stored` for a mailbox from now on; of `row`, all but what is sealed."""
    sealed = keys(settings).seal(stored.to_text(), _about(address))
    credentials.put(
        conn,
        mailbox_id,
        kind=kind_of(stored.secret),
        sealed=sealed.text,
        key_id=sealed.key_id,
        scopes=row.scopes,
        account=row.account,
        now=row.connected_at,
        actor=row.connected_by,
    )


def taken_out(settings: Settings, row: CredentialRow, address: str) -> Stored:
    """Raises AccessLost when the key is not here any more."""
    try:
        text = keys(settings).unseal(Sealed(row.sealed, row.key_id), _about(address))
    except CannotUnseal as error:
        raise AccessLost(
            f"The key that seals our permission for {address} is not here any more. Put it back "
            f"(INBOXSLA_SEALING_KEY, or sealing-key in the data folder), or connect again: {typed(f'connect {address}')}"
        ) from error
    return Stored.of_text(text)


def complaint(settings: Settings, row: CredentialRow, address: str) -> str:
    """Why what opens this mailbox cannot be used here, or nothing; Google is not asked."""
    try:
        stored = taken_out(settings, row, address)
        _listed(stored, settings, address)
    except (AccessLost, Refused) as wrong:
        return str(wrong)
    return ""


def google(db: Database, settings: Settings, address: str) -> Renewing:
    """What Google's client needs for one mailbox; each new access token is kept, so that the next job need not ask for one.

    Raises AccessLost when nothing opens this mailbox (any more), TryLater while its key is not here: it may be put back.
    """
    with db.read() as conn:
        row = credentials.of_address(conn, address)
    if row is None:
        raise AccessLost(f"It is not connected. Connect it: {typed(f'connect {address}')}")
    try:
        stored = taken_out(settings, row, address)
    except (AccessLost, Refused) as without_key:
        raise TryLater(str(without_key), _KEY_WAIT) from without_key
    _listed(stored, settings, address)
    return google_credentials(_as_set(stored, settings), address, _keeper(db, settings, row.mailbox_id, address))


def renewed(db: Database, settings: Settings, address: str) -> tuple[str, ...]:
    """Ask for a fresh access token for one mailbox, and keep it. Returns the scopes it grants, if Google says so.

    Raises AccessLost, and TryLater while Google cannot be reached or our key is not here.
    """
    return accounts.renew(google(db, settings, address))


def regained(conn: Connection, mailbox_id: int) -> None:
    """Gmail lets us in again: the mailbox goes on where it stopped, and the alarm is over."""
    mailboxes.change(conn, mailbox_id, access_lost_at=None, sync_error=None, retry_after=None)
    records.clear_alarm(conn, alarm_key(mailbox_id))


def _listed(stored: Stored, settings: Settings, address: str) -> None:
    if isinstance(stored.secret, ServiceSecret) and address not in settings.google.service_account_mailboxes:
        raise AccessLost(
            f"It is opened by a service account, and google.service_account_mailboxes does not list it. List {address} there, "
            f"and connect it again: {typed(f'connect {address}')} --credentials FILE"
        )


def _as_set(stored: Stored, settings: Settings) -> Stored:
    """With what the settings say today: another token endpoint, a new secret of the same client."""
    secret, said = stored.secret, settings.google
    if said.token_uri != USUAL_TOKEN_URI:
        secret = replace(secret, token_uri=said.token_uri)
    if isinstance(secret, UserSecret) and said.client_secret and said.client_id == secret.client_id:
        secret = replace(secret, client_secret=said.client_secret)
    return replace(stored, secret=secret)


def _keeper(db: Database, settings: Settings, mailbox_id: int, address: str) -> Callable[[Access], None]:
    def keep(access: Access) -> None:
        with db.write() as conn:
            row = credentials.of_mailbox(conn, mailbox_id, lock=True)
            if row is None:
                return
            try:
                stored = taken_out(settings, row, address)
                if isinstance(stored.secret, UserSecret) and access.refresh_token:
                    stored = replace(stored, secret=replace(stored.secret, refresh_token=access.refresh_token))
                sealed = keys(settings).seal(replace(stored, access=access).to_text(), _about(address))
            except (AccessLost, Refused):
                return  # the token still serves this job; what is wrong with the key, the next one says
            credentials.reseal(conn, mailbox_id, sealed.text, sealed.key_id)

    return keep


def lost(ports: Ports, mailbox: MailboxRow, words: str) -> None:
    """Gmail does not let us in any more: this mailbox stops, and the alarm says so until it is connected again."""
    now, said = ports.now(), words.replace("ADDRESS", mailbox.address)
    sentence = (
        f"Gmail no longer lets us into {mailbox.address}: {said.rstrip('.')}. Nothing is read or sent until then."
    )
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, sync_error=said, access_lost_at=now)
        watches.lost(conn, mailbox.id, now)
        records.alarm(conn, alarm_key(mailbox.id), sentence, now, mailbox.id)


def alarm_key(mailbox_id: int) -> str:
    """The key of that alarm."""
    return f"access/{mailbox_id}"


def rotate(ports: Ports, actor: str) -> int:
    """Seal everything anew under a new key, then forget the old one. Returns how many mailboxes and accounts; may be called again at any point.

    With the key in a file this makes the new one. With the key in the settings it must stand there already, in front of the
    old: raises Refused where there is only one.
    """
    settings = ports.settings
    file = None if settings.sealing_key else KeyFile(settings.data_dir)
    if file is not None:
        if len(file.keys().keys) == 1:
            file.add()
    elif len(keys(settings).keys) == 1:
        raise Refused(
            "The key comes from the settings, so a new one must be put there first, in front of the old one: "
            "INBOXSLA_SEALING_KEY=NEW,OLD. Start InboxSLA with it, and call this again."
        )
    done, stuck = 0, []
    with ports.db.read() as conn:
        waiting = credentials.sealed_otherwise(conn, keys(settings).current_id)
        addresses = {box.id: box.address for box in mailboxes.every(conn)}
    for mailbox_id in waiting:
        address = addresses[mailbox_id]
        with ports.db.write() as conn:
            row = credentials.of_mailbox(conn, mailbox_id, lock=True)
            if row is None:
                continue
            try:
                stored = taken_out(settings, row, address)
            except AccessLost:
                stuck.append(address)
                continue
            sealed = keys(settings).seal(stored.to_text(), _about(address))
            credentials.reseal(conn, mailbox_id, sealed.text, sealed.key_id)
        done += 1
    accounts_done, accounts_stuck = sealed_senders.seal_anew(ports.db, keys(settings))
    if file is not None:
        file.keep_first()
    with ports.db.write() as conn:
        records.log(conn, actor, "sealing key replaced", ports.now(), None, {"sealed anew": done + accounts_done})
    if stuck or accounts_stuck:
        ways_in = [f"connect {address}" for address in stuck] + [f"mail connect {each}" for each in accounts_stuck]
        again = "; ".join(map(typed, ways_in))
        raise Refused(
            f"What opens {', '.join([*stuck, *accounts_stuck])} was sealed with a key that is not here any more. Connect again: {again}"
        )
    return done + accounts_done


def _about(address: str) -> str:
    return f"credentials of {address}"
