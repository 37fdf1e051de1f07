"""Which kind of mail this is: a person's, a machine's answer, a bounce, bulk mail, or one of ours. The first sign that holds decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from inboxsla.gmail.bounces import MARKER, outer_parts, status_text
from inboxsla.gmail.fields import decode_words, one_line, split_addresses
from inboxsla.gmail.mime import Part


class Kind(StrEnum):
    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    BULK = "bulk"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    reason: str


_DAEMON = re.compile(
    r"^(?:mailer|mail|mailer-?mail)[-_.]?d(?:a|ae|ea)mon\b|^mailer-?daemon|^mdaemon$|^mail-?delivery|^bounces?-?daemon",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(r"^post[-_.]?master\b|^mail(?:er)?$|^mail-?administrator|^exchange-?admin", re.IGNORECASE)
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?system|mail deliver system|mailer[- ]daemon|mail delivery service", re.IGNORECASE
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|delivery (?:status )?(?:notification|report)|deliver(?:y|ed)? (?:has )?fail|failure notice|returned (?:e?-?)mail|mail system error|"
    r"mail delivery (?:failed|failure|status|problem|error)|non[- ]?delivery|not (?:be )?delivered|could ?n.t be delivered|delivery (?:problem|error|failure)|"
    r"returning message to sender|user unknown|unzustellbar|nicht zugestellt|zustellung.{0,20}fehlgeschlagen|zustellungsfehler|nicht zustellbar|"
    r"non remis|échec de (?:la )?remise|échec de (?:la )?livraison|non distribu|no se puede entregar|no entregado|error de entrega|no se pudo entregar|"
    r"mancato recapito|impossibile recapitare|non recapitabile|não foi entregue|não entregue|falha na entrega|onbestelbaar|niet bezorgd|"
    r"kunde inte levereras|gick inte att leverera|kunne ikke leveres|ei voitu toimittaa|niedostarczon|nie można dostarczyć|nedoruč|kézbesíthetetlen|"
    r"teslim edilemedi|iletilemedi|не доставлен|недоставлен|не удалось доставить|配信できません|配信不能|配送不能|配信エラー|送信できません|退信|无法投递|投递失败|"
    r"系统退信|反送|전송 실패|배달되지|不達",
    re.IGNORECASE,
)
_AUTO_SUBJECT = re.compile(
    r"^\s*(?:auto(?:matic|matische|mated)?[- ]?(?:reply|response|antwort)?|auto|automatische antwort|automatisch antwoord|automatisk svar|automatiskt svar|"
    r"autosvar|automaattinen vastaus|réponse automatique|respuesta automática|risposta automatica|resposta automática|odpowiedź automatyczna|"
    r"automatická odpověď|automatická odpoveď|automatikus válasz|răspuns automat|otomatik yanıt|автоответ|автоматический ответ|автоматична відповідь|"
    r"自动回复|自動回覆|自動応答|自動返信|자동 회신|out of (?:the )?office|abwesenheit\w*|abwesend|absence|absent du bureau|fuera de(?: la)? oficina|"
    r"fuori sede|ausência|afwezig\w*|frånvaro\w*|fravær\w*|poza biurem|vacation|away from)\b.{0,40}[:：]|^\s*(?:out of (?:the )?office|abwesenheitsnotiz|abwesenheitsnachricht)",
    re.IGNORECASE,
)
_SMTP_REFUSAL = re.compile(
    r"\b5\d\d[ -]#?5\.\d{1,3}\.\d{1,3}|\b55[0-4][ -]|\b5\.[0-7]\.\d{1,3}\b|\brcpt to:|user unknown|no such user|mailbox (?:is )?(?:full|unavailable)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"^(?:no|do[-_.]?not|dont|nao|non|ne|kein)[-_.]?(?:reply|respond|responder|repondre|response|antwort\w*)(?:\b|_)|^(?:noreply|donotreply)",
    re.IGNORECASE,
)
_OF_LISTS = re.compile(r"^owner-|-(?:request|owner|bounces?|relay)$|^(?:listserv|majordomo|bounces?)\b", re.IGNORECASE)
_ACTION = re.compile(r"^Action:[ \t]*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_CALENDAR_REPLY = re.compile(rb"^METHOD[ \t]*:[ \t]*(?:REPLY|COUNTER|REFRESH)\b", re.IGNORECASE | re.MULTILINE)
_LIST_FIELDS = (
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-post",
    "x-google-group-id",
    "mailing-list",
)
_CAMPAIGN_FIELDS = (
    "feedback-id",
    "x-campaign",
    "x-campaign-id",
    "x-campaignid",
    "x-mailchimp-campaign-id",
    "x-mc-user",
)
_AUTO_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-autoreply-from",
    "x-autoresponder",
    "auto-reply",
)


@dataclass(frozen=True, slots=True)
class Clues:
    """What the decision looks at. `text` is the beginning of the plain text; `own` are our addresses and list ids, lower-case."""

    root: Part
    sender: str
    sender_name: str
    has_reply_to: bool
    subject: str
    text: str
    own: Collection[str]


def verdict(clues: Clues) -> Verdict:
    """The kind of a mail and the sign that decided, in a few English words."""
    root = clues.root
    if root.first(MARKER):
        return Verdict(Kind.OURS, "X-InboxSLA-Id")
    return (
        _report(root)
        or _bounce(clues)
        or _automatic(clues)
        or _bulk(clues)
        or Verdict(Kind.HUMAN, "no sign of a machine")
    )


def _report(root: Part) -> Verdict | None:
    kind = root.params.get("report-type", "").lower() if root.mime_type == "multipart/report" else ""
    status = next(
        (
            part
            for part in outer_parts(root)
            if part.mime_type in ("message/delivery-status", "message/global-delivery-status")
        ),
        None,
    )
    if root.first("x-failed-recipients"):
        return Verdict(Kind.BOUNCE, "X-Failed-Recipients")
    if status is not None or kind == "delivery-status":
        actions = {each.lower() for each in _ACTION.findall(status_text(status))} if status is not None else set()
        if actions and actions <= {"delayed", "delivered", "relayed", "expanded"}:
            return Verdict(Kind.AUTO_REPLY, f"delivery status: {', '.join(sorted(actions))}")
        return Verdict(Kind.BOUNCE, "delivery status report")
    if kind == "feedback-report" or any(part.mime_type == "message/feedback-report" for part in outer_parts(root)):
        return Verdict(Kind.AUTO_REPLY, "abuse report")
    if kind.startswith("disposition") or any(
        part.mime_type == "message/disposition-notification" for part in outer_parts(root)
    ):
        return Verdict(Kind.AUTO_REPLY, "read receipt")
    return None


def _bounce(clues: Clues) -> Verdict | None:
    local = clues.sender.partition("@")[0]
    path = clues.root.first("return-path")
    null_path = "return-path" in clues.root.headers and path.strip("<> ") == ""
    daemon_path = _DAEMON.match(path.strip("<> ")) is not None
    subject = _BOUNCE_SUBJECT.search(clues.subject) is not None
    if _DAEMON.match(local) or (
        not clues.sender and _DAEMON_NAME.search(clues.sender_name or clues.root.first("from"))
    ):
        return Verdict(Kind.BOUNCE, "sent by a mailer daemon")
    if _DAEMON_NAME.search(clues.sender_name) and (null_path or daemon_path or subject):
        return Verdict(Kind.BOUNCE, "sent by a mail delivery system")
    if _POSTMASTER.match(local):
        returned = any(part.mime_type in ("message/rfc822", "text/rfc822-headers") for part in outer_parts(clues.root))
        if subject or null_path or daemon_path or returned or _SMTP_REFUSAL.search(clues.text[:8000]):
            return Verdict(Kind.BOUNCE, "sent by a postmaster")
    if (null_path or daemon_path) and subject and not _says_auto_replied(clues.root):
        return Verdict(Kind.BOUNCE, "empty Return-Path and a bounce's subject")
    return None


def _says_auto_replied(root: Part) -> bool:
    return root.first("auto-submitted").lower().startswith("auto-replied")


def _automatic(clues: Clues) -> Verdict | None:
    root = clues.root
    submitted = root.first("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted.split()[0].strip("\"'()") != "no":
        return Verdict(Kind.AUTO_REPLY, f"Auto-Submitted: {one_line(submitted, 40)}")
    for name in _AUTO_FIELDS:
        if root.first(name) and root.first(name).strip().lower() not in ("no", "false", "0"):
            return Verdict(Kind.AUTO_REPLY, name.title())
    if root.first("x-apple-action").strip().lower() == "vacation":
        return Verdict(Kind.AUTO_REPLY, "X-Apple-Action: vacation")
    if root.first("precedence").strip().lower().replace("-", "_") == "auto_reply":
        return Verdict(Kind.AUTO_REPLY, "Precedence: auto_reply")
    if any(part.mime_type == "text/calendar" and _answers_invitation(part) for part in outer_parts(root)):
        return Verdict(Kind.AUTO_REPLY, "calendar answer")
    null_path = "return-path" in root.headers and root.first("return-path").strip("<> ") == ""
    if _AUTO_SUBJECT.match(clues.subject):
        # People write about absences too, so a subject needs a second sign.
        for sign in ("x-auto-response-suppress", "in-reply-to", "references", "precedence"):
            if root.first(sign):
                return Verdict(Kind.AUTO_REPLY, f"subject of an automatic reply and {sign.title()}")
        if null_path:
            return Verdict(Kind.AUTO_REPLY, "subject of an automatic reply and empty Return-Path")
    if null_path and root.first("in-reply-to"):
        return Verdict(Kind.AUTO_REPLY, "an answer with an empty Return-Path")
    return None


def _answers_invitation(part: Part) -> bool:
    method = part.params.get("method", "").lower()
    return (
        method in ("reply", "counter", "refresh")
        if method
        else _CALENDAR_REPLY.search(part.content(16_384)) is not None
    )


def _bulk(clues: Clues) -> Verdict | None:
    root = clues.root
    own_list = is_own_list(root, clues.own)
    precedence = root.first("precedence").strip().lower()
    if precedence == "junk" or (precedence in ("bulk", "list") and not own_list):
        return Verdict(Kind.BULK, f"Precedence: {precedence}")
    if not own_list:
        for name in _LIST_FIELDS:
            if root.first(name):
                return Verdict(Kind.BULK, name.title())
    for name in _CAMPAIGN_FIELDS:
        if root.first(name):
            return Verdict(Kind.BULK, name.title())
    if _NO_REPLY.match(clues.sender.partition("@")[0]) and not clues.has_reply_to:
        return Verdict(Kind.BULK, "sender takes no replies")
    return None


def is_no_reply(address: str) -> bool:
    return _NO_REPLY.match(address.partition("@")[0]) is not None


def may_be_told(address: str, asked: Mapping[str, str]) -> bool:
    """Whether an automatic mail may go to `address` in answer to a message with these headers (by lower-case name)."""
    local = address.partition("@")[0]
    machine = _NO_REPLY.match(local) or _DAEMON.match(local) or _POSTMASTER.match(local) or _OF_LISTS.search(local)
    suppressed = {each.strip() for each in asked.get("x-auto-response-suppress", "").lower().split(",")}
    bulk = asked.get("precedence", "").strip().lower() in ("bulk", "list", "junk")
    automatic = asked.get("auto-submitted", "no").strip().lower() != "no"
    return not (machine or bulk or automatic or suppressed & {"all", "autoreply", "oof"})


def list_id(root: Part) -> str:
    """The list's id, lower-case, without its description; "" if there is none."""
    value = root.first("list-id")
    inside = value.rpartition("<")[2].partition(">")[0] if "<" in value else value
    return one_line(decode_words(inside), 300).lower().strip()


def is_own_list(root: Part, own: Collection[str]) -> bool:
    """Whether the list headers are those of one of our own groups: `own` holds list ids, list addresses or list domains, lower-case."""
    if not own:
        return False
    names = {list_id(root), root.first("x-google-group-id").strip()}
    names.update(address for _, address in split_addresses(root.first("list-post").replace("mailto:", "")))
    names.update(re.findall(r"[\w.+-]+@[\w.-]+\w", root.first("mailing-list").lower()))
    names.discard("")
    return any(
        each.replace("@", ".", 1) in names or each in names or any(name.endswith(f".{each}") for name in names)
        for each in own
    )
