"""Which acts a mail offers its reader: those that make sense for them on each ticket now, as signed links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from inboxsla.domain.hold_ends import next_day
from inboxsla.domain.people import Person
from inboxsla.domain.speech import Speech
from inboxsla.errors import NoWorkingTime
from inboxsla.notify.notice import Item, Offer, Told
from inboxsla.notify.page import MOST
from inboxsla.services import links
from inboxsla.services.action_links import GOOD_FOR, Link, Signer
from inboxsla.services.acts import offered
from inboxsla.services.looking import Look
from inboxsla.services.ports import Ports
from inboxsla.services.telling import MUTES
from inboxsla.services.viewers import Viewer, viewer
from inboxsla.storage import people, policies

_LINKS = (("hand_over", "Hand over"), ("answered_elsewhere", "Answered elsewhere"), ("note", "Add a note"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = 6
_HOUR = timedelta(hours=1)


def with_offers(
    conn: Connection,
    ports: Ports,
    person: Person,
    items: Sequence[Item],
    looks: Mapping[int, Look],
    marker: str,
    say: Speech,
) -> tuple[Item, ...]:
    """`items` of one mailbox, those that the mail shows with what they offer. `marker` makes the links of each mail its own."""
    reader = viewer(conn, person.address)
    mailbox_id = looks[items[0].view.id].mailbox.id
    if reader is None or not reader.may_see(mailbox_id):
        return tuple(items)
    person_id, signer = people.id_of(conn, mailbox_id, person.address), Signer(ports.settings)
    offering = _Offering(conn, ports, reader, person_id, person.zone, marker, say, signer)
    shown = (replace(item, offers=offering.of(item, looks[item.view.id])) for item in items[:MOST])
    return (*shown, *items[MOST:])


@dataclass(frozen=True, slots=True)
class _Offering:
    """For one reader and one mail."""

    conn: Connection
    ports: Ports
    reader: Viewer
    person_id: int
    zone: str
    marker: str
    say: Speech
    signer: Signer

    def of(self, item: Item, seen: Look) -> tuple[Offer, ...]:
        """Buttons, then links. Nothing for a ticket that is over, or for somebody who is just rid of it."""
        if item.do is Told.REASSIGNED_FROM_YOU or seen.decision.facts.status.is_over:
            return ()
        if item.do is Told.PROPOSE_ABSENCE:
            return (self._offer(seen, "absence", self.say.text("Say when I am away"), button=True),)
        return tuple(self._found(seen, item.do))

    def _found(self, seen: Look, told: Told) -> Iterator[Offer]:
        say = self.say
        able = {spec.name for spec in offered(seen.view, self.reader, seen.mailbox.id)}
        if "take" in able:
            yield self._offer(seen, "take", say.text("Take it"), button=True)
        if "waiting" in able:
            yield self._offer(seen, "waiting", say.text("Waiting on customer"), button=True)
        if "hold" in able:
            # Three buttons fit beside the one that opens Gmail.
            yield self._offer(seen, "hold", say.text("Hold 1\u00a0h"), button="take" not in able, length=_HOUR)
        if "hold" in able and (until := self._tomorrow(seen)) is not None:
            yield self._offer(seen, "hold", self._hold_words(until), button=True, until=until)
        for act, words in _LINKS:
            if act in able:
                yield self._offer(seen, act, say.text(words))
        if "mute" in able and told in MUTES:
            yield self._offer(seen, "mute", say.text("Mute it"))

    def _offer(
        self,
        seen: Look,
        act: str,
        words: str,
        *,
        button: bool = False,
        until: datetime | None = None,
        length: timedelta | None = None,
    ) -> Offer:
        expires = self.ports.now() + GOOD_FOR
        link = Link(act, seen.ticket.id, self.person_id, seen.view.seen, self.marker[:8], expires, until, length)
        return Offer(words, links.act_url(self.ports.settings, self.signer.token(link)), button)

    def _tomorrow(self, seen: Look) -> datetime | None:
        version = policies.get(self.conn, seen.ticket.policy_now_id or seen.ticket.policy_id)
        try:
            return next_day(version.policy.calendar, self.ports.now())
        except NoWorkingTime:
            # The policy's hours are over for good; whoever wants a hold all the same names its end on the ticket page.
            return None

    def _hold_words(self, until: datetime) -> str:
        """Named by its day: whoever reads the mail later reads no wrong "tomorrow"."""
        there, here = (at.astimezone(ZoneInfo(self.zone)) for at in (until, self.ports.now()))
        if (there.date() - here.date()).days <= _WEEK:
            return self.say.text("Hold until %(day)s", day=self.say.text(_DAYS[there.weekday()]))
        return self.say.text("Hold until %(when)s", when=self.say.moment(until, self.ports.now()))
