"""What an import did, in words."""

from __future__ import annotations

from collections.abc import Iterator

from inboxsla.config import Settings
from inboxsla.config.program import typed
from inboxsla.domain.speech import English
from inboxsla.listing.words import count, day, moment, plain
from inboxsla.services.importing import Built, Read

_MANY = 12


def imported(read: Read, built: Built, settings: Settings) -> str:
    """The transcript: what the file held, what became of it, and what to do next."""
    return "".join(f"{line}\n" for line in _lines(read, built, settings))


def _lines(read: Read, built: Built, settings: Settings) -> Iterator[str]:
    say = English(built.zone)
    yield f"{plain(read.file)} into {plain(read.address)}"
    if not read.messages:
        yield f"  The file holds no messages, so {'no mail was added' if built.judged_anew else 'nothing was changed'}."
        if built.judged_anew:
            yield from _judged(built, settings)
        return
    yield f"  {count(read.messages, 'message')} in the file = {read.imported:,} imported + {read.kept_aside:,} kept aside"
    parts = [f"{read.new:,} new", f"{count(read.copies, 'second copy', 'second copies')}"]
    if read.known:
        parts.append(f"{read.known:,} known from an earlier import")
    if read.imported:
        yield f"  imported: {', '.join(parts)}"
    for number, (reason, times) in enumerate(read.reasons.items()):
        if number == _MANY:
            yield f"  kept aside: … and {count(len(read.reasons) - _MANY, 'more reason')}"
            break
        yield f"  kept aside: {times:,} because {plain(reason)}"
    if built.as_of is None or built.began_at is None:
        yield "  The mailbox holds no messages."
        return
    yield f"  now {count(built.threads, 'thread')}, {count(built.tickets, 'ticket')}, mail from {day(built.began_at, say)} to {day(built.as_of, say)}"
    yield f"  read as of its newest message, {moment(built.as_of, say)}; nothing is ever mailed because of it"
    yield f"  answered by: {', '.join(plain(each) for each in read.agents) or 'nobody named (--agent), so all mail counts as customers’'}"
    yield from _judged(built, settings)
    yield from _about_lists(read)
    yield f"See it: {typed('report')} --mailbox {plain(read.address)}   and   {typed('tickets')}"


def _judged(built: Built, settings: Settings) -> Iterator[str]:
    """By whose promises, and why by these where the team's own are not known."""
    if not built.policies:
        return
    known = count(built.judged_anew, "ticket")
    anew = f" ({known} of an earlier import judged anew)" if built.judged_anew else ""
    yield f"  judged by: {'; '.join(plain(each) for each in built.policies)}{anew}"
    if settings.demo:
        why = "the demo’s own are minutes" if settings.config_file else "no config.toml names yours"
        yield f"    in opening hours from Monday to Friday, 09:00 to 17:00 in {settings.calendar.zone}, because {why}"


def _about_lists(read: Read) -> Iterator[str]:
    """List mail is no ticket; where a list is the team's own, the person has to say so."""
    if not read.lists:
        return
    bulk = sum(read.lists.values())
    yield f"  {count(bulk, 'message')} came through mailing lists and started no timer. If a list is yours, import again with:"
    for list_id, times in list(read.lists.items())[:_MANY]:
        yield f"    --own-list {plain(list_id)}   ({count(times, 'message')})"
    if len(read.lists) > _MANY:
        yield f"    … and {count(len(read.lists) - _MANY, 'more list')}"
