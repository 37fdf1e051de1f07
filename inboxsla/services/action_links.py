"""What a link in a mail carries, signed: one act on one ticket for one person, for a while.

Whoever has the link may do that one act as that person, and nothing else. Nothing in it can be read as an address or a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from inboxsla.config import Settings
from inboxsla.errors import Refused
from inboxsla.services import secret

GOOD_FOR = timedelta(days=7)
_SALT = "inboxsla.act"
_LONGEST = 1024


class BrokenLink(Refused):
    """It was not made here, or not with the key there is now; or a part of it is missing."""


class ExpiredLink(Refused):
    """It was made here, too long ago."""


class NotTheirs(Refused):
    """Whoever the link was made for is no longer on the people list of the ticket's mailbox."""


@dataclass(frozen=True, slots=True)
class Link:
    """`person_id` is a row of the people list. `seen` is the newest event the mail knew; `of` makes links differ that offer the
    same, and for "undo" names what would be taken back. `until` is when a hold that is offered would end, or `length` how
    long it would last from whenever the link is used. Instants are aware UTC, to the second.
    """

    act: str
    ticket_id: int
    person_id: int
    seen: int
    of: str
    expires_at: datetime
    until: datetime | None = None
    length: timedelta | None = None

    @property
    def source(self) -> str:
        """What is asked for by this link, however often: the name under which it is done once."""
        return "mail:" + blake2b(_packed(self).encode(), digest_size=12).hexdigest()


class Signer:
    """Signs and reads links of one installation. Raises Refused when its key can be neither read nor made."""

    def __init__(self, settings: Settings) -> None:
        self._serializer = URLSafeSerializer(
            secret.session_key(settings.data_dir),
            salt=_SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )

    def token(self, link: Link) -> str:
        return str(self._serializer.dumps(_values(link)))

    def read(self, token: str, now: datetime) -> Link:
        """Raises BrokenLink and ExpiredLink."""
        if len(token) > _LONGEST:
            raise BrokenLink("This is no link of ours: it is too long.")
        try:
            link = _link(self._serializer.loads(token))
        except (BadData, ValueError, TypeError) as error:
            raise BrokenLink("This is no link of ours, or a part of it is missing.") from error
        if link.expires_at <= now:
            raise ExpiredLink("This link is too old.")
        return link


def _values(link: Link) -> list[Any]:
    until = 0 if link.until is None else int(link.until.timestamp())
    values = [link.act, link.ticket_id, link.person_id, link.seen, link.of, int(link.expires_at.timestamp()), until]
    return values if link.length is None else [*values, int(link.length.total_seconds())]


def _link(values: list[Any]) -> Link:
    act, ticket_id, person_id, seen, of, expires, until, *more = values
    ends = datetime.fromtimestamp(until, UTC) if until else None
    length = timedelta(seconds=more[0]) if more else None
    return Link(act, ticket_id, person_id, seen, of, datetime.fromtimestamp(expires, UTC), ends, length)


def _packed(link: Link) -> str:
    return repr(_values(link))
