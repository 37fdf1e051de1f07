"""What Google says of each connected mailbox when it is asked now. Four quota units for a live one, three for another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.config import Google, Settings
from inboxsla.config.program import typed
from inboxsla.domain.speech import Speech
from inboxsla.errors import AccessLost, HistoryExpired, InboxSLAError
from inboxsla.gmail import labels
from inboxsla.gmail.credentials import ENOUGH
from inboxsla.gmail.labels import LabelLook
from inboxsla.gmail.port import Label
from inboxsla.services import access, our_labels, writing
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, counted, fine, unknown
from inboxsla.services.checkup.mailboxes import days
from inboxsla.services.ports import Ports
from inboxsla.services.queries import ALARM_SHOWN
from inboxsla.storage import backlog, credentials, mailboxes
from inboxsla.storage.mailboxes import MailboxRow

_NAMED = 3
_MADE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Answer:
    """`granted` is empty where Google did not say; `labels` is None where they were not asked for."""

    granted: Sequence[str]
    account: str
    knows_cursor: bool
    labels: Sequence[Label] | None


def asked_about(ports: Ports) -> list[MailboxRow]:
    """Mailboxes that Google, or what stands in for it, can be asked about."""
    there = not ports.settings.demo or ports.settings.google.api_root != Google().api_root
    with ports.db.read() as conn:
        opened = credentials.every(conn)
        boxes = mailboxes.every(conn)
    used = [box for box in boxes if box.kind == "gmail" and box.retired_at is None]
    return [box for box in used if there and (box.id in opened or ports.settings.demo)]


def found(ports: Ports, say: Speech) -> Iterator[Finding]:
    for box in asked_about(ports):
        try:
            answer = _asked(ports, box)
        except AccessLost as lost:
            if box.access_lost_at is None:
                yield _refused(ports.settings, box, str(lost))
        except InboxSLAError as error:
            words = f"Google could not be asked about {box.address}: {str(error).rstrip('.')}."
            yield unknown("google.access", words, "Call the doctor again in a minute or two.", box.address)
        else:
            yield from _judged(ports, box, answer, say)


def _asked(ports: Ports, box: MailboxRow) -> Answer:
    granted = () if ports.settings.demo else access.renewed(ports.db, ports.settings, box.address)
    gmail = ports.mailbox(box.address)
    account = gmail.profile().address.lower()
    knows = True
    if box.history_id is not None:
        try:
            gmail.history(box.history_id)
        except HistoryExpired:
            knows = False
    return Answer(granted, account, knows, gmail.labels() if box.is_live else None)


def _refused(settings: Settings, box: MailboxRow, words: str) -> Finding:
    said = words.replace("ADDRESS", box.address).rstrip(".")
    return attention(
        "google.access",
        f"Google does not let us into {box.address}: {said}.",
        "" if "connect" in said else f"`{typed(f'connect {box.address}')}`",
        mailbox=box.address,
    )


def _judged(ports: Ports, box: MailboxRow, answer: Answer, say: Speech) -> Iterator[Finding]:
    yield access_judged(box, answer)
    if not answer.knows_cursor:
        yield cursor_judged(box, days(ports.settings.sync.first_window, say))
    if answer.labels is not None:
        with ports.db.read() as conn:
            wanted = our_labels.wanted_looks(conn, ports, box)
            stopped = writing.is_stopped(conn)
            key = our_labels.alarm_key(box.id)
            alarms = backlog.alarms_since(conn, ports.now() - ALARM_SHOWN)
            refused = any(alarm.key == key or alarm.key.startswith(f"{key}/") for alarm in alarms)
        if box.labels_checked_at is None and _is_fresh(box, ports.now()):
            yield fine(
                "google.labels", f"{box.address} is live since a moment ago, and its labels are about to be made."
            )
        else:
            yield labels_judged(box, answer.labels, wanted, stopped=stopped, refused=refused)


def _is_fresh(box: MailboxRow, now: datetime) -> bool:
    return box.live_since is not None and now - box.live_since < _MADE_WITHIN


def access_judged(box: MailboxRow, answer: Answer) -> Finding:
    address = box.address
    if answer.account != address:
        words = f"What should open {address} opens {answer.account}."
        return attention("google.access", words, f"`{typed(f'connect {address}')}` as {address}.", mailbox=address)
    if answer.granted and not set(answer.granted) & set(ENOUGH):
        return attention(
            "google.scopes",
            f"Google lets us into {address}, but not read, label and send there (it grants {', '.join(answer.granted)}).",
            f"`{typed(f'connect {address}')}`, and leave every box ticked.",
            mailbox=address,
        )
    if box.access_lost_at is not None:
        return attention(
            "google.access",
            f"Google lets us into {address} again, which stopped when it did not.",
            f"`{typed('doctor --fix')}` has it go on where it stopped.",
            since=box.access_lost_at,
            mailbox=address,
            remedy=Remedy(Do.ACCESS, (box.id,)),
        )
    fresh = " and gives fresh tokens, which may read, label and send" if answer.granted else ""
    return fine("google.access", f"Google lets us into {address}{fresh}.", address)


def cursor_judged(box: MailboxRow, window: str) -> Finding:
    return attention(
        "google.cursor",
        f"Gmail has forgotten the place up to which {box.address} was read.",
        f"Nothing is lost: the next sync lists the last {window} anew. `{typed('doctor --fix')}` rings for it now.",
        since=box.last_sync_begun_at,
        mailbox=box.address,
        remedy=Remedy(Do.RING, (box.id,), "sync"),
    )


def labels_judged(
    box: MailboxRow, listed: Sequence[Label], wanted: Sequence[LabelLook], *, stopped: bool, refused: bool
) -> Finding:
    """Whether each label we should have is in Gmail's list, once. One that was renamed is still ours, by its id."""
    ids, copies = labels.known_ids(listed, wanted, box.label_ids)
    names = {label.id: label.name for label in listed}
    missing = [look.name for look in wanted if look.key not in ids]
    strange = [look.name for look in wanted if look.key in ids and ids[look.key] != box.label_ids.get(look.key)]
    wrong = [
        *([f"missing: {_named(missing)}"] if missing else []),
        *([f"there twice: {_named([names[each] for each in copies])}"] if copies else []),
        *([f"made anew by somebody: {_named(strange)}"] if strange else []),
    ]
    if not wrong:
        if refused:
            return attention(
                "google.labels",
                f"Every label of ours is in {box.address}; an alarm still says that Gmail refuses them.",
                f"`{typed('doctor --fix')}` takes the alarm off.",
                mailbox=box.address,
                remedy=Remedy(Do.LABELS, (box.id,)),
            )
        return fine("google.labels", _all_there(box, wanted, ids, names), box.address)
    cure = "They are put right at the next label that is written, at the latest within a day."
    now = f" `{typed('doctor --fix')}` does it now."
    return attention(
        "google.labels",
        f"Labels of ours in {box.address} are not as they should be ({'; '.join(wrong)}).",
        f"They are put right once labels are allowed again: `{typed('resume-writing')}`." if stopped else cure + now,
        mailbox=box.address,
        remedy=None if stopped else Remedy(Do.LABELS, (box.id,)),
    )


def _all_there(box: MailboxRow, wanted: Sequence[LabelLook], ids: Mapping[str, str], names: Mapping[str, str]) -> str:
    renamed = [look for look in wanted if names[ids[look.key]].casefold() != look.name.casefold()]
    also = ", ".join(f"{look.name} is called {names[ids[look.key]]}" for look in renamed[:_NAMED])
    return f"All {counted(len(wanted), 'label')} of ours are in {box.address}{f'; {also}' if also else ''}."


def _named(all_of: Sequence[str]) -> str:
    more = f" and {len(all_of) - _NAMED} more" if len(all_of) > _NAMED else ""
    return f"{', '.join(all_of[:_NAMED])}{more}"
