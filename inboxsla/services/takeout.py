"""Google Takeout's words for labels, as Gmail's label ids. Pure."""

from __future__ import annotations

from collections.abc import Iterable

# Takeout says so itself; Gmail's API has no label for it, only the absence of INBOX.
ARCHIVED = "ARCHIVED"
NOBODYS = {"DRAFT": "a draft, which is nobody's message", "CHAT": "a chat, which is not mail"}

# Takeout writes labels in the language of the account. These are the larger ones; in another language labels say nothing, so
# nobody is taken for staff and nothing for archived because of them.
_WORDS = {
    "INBOX": "inbox|posteingang|boîte de réception|recibidos|posta in arrivo|caixa de entrada|postvak in|inkorg|odebrane|gelen kutusu|受信トレイ",
    "SENT": "sent|gesendet|messages envoyés|enviados|posta inviata|inviati|enviadas|verzonden|skickat|wysłane|gönderilmiş postalar|送信済みメール",
    "SPAM": "spam|correo no deseado|lixo eletrônico|skräppost|迷惑メール",
    "TRASH": "trash|bin|papierkorb|corbeille|papelera|cestino|lixeira|lixo|prullenbak|papperskorgen|kosz|çöp kutusu|ゴミ箱",
    "DRAFT": "draft|drafts|entwurf|entwürfe|brouillon|brouillons|borrador|borradores|bozze|rascunhos|concepten|utkast|wersje robocze|taslaklar|下書き",
    "CHAT": "chat|chats",
    ARCHIVED: "archived|archiviert|archivé|archivados|archivado|archiviati|archiviata|arquivado|arquivados|gearchiveerd",
    "UNREAD": "unread|ungelesen|non lu|non lus|no leído|no leídos|da leggere|não lido|não lidas|ongelezen",
    "STARRED": "starred",
    "IMPORTANT": "important",
}
_IDS = {word: label for label, words in _WORDS.items() for word in words.split("|")}


def label_ids(names: Iterable[str]) -> frozenset[str]:
    """The label ids behind Takeout's names; labels people made themselves are left out."""
    return frozenset(_IDS[name] for each in names if (name := each.strip().strip('"').casefold()) in _IDS)


def nobodys(labels: frozenset[str]) -> str:
    """Why a message with these labels is nobody's, or nothing."""
    return next((reason for label, reason in NOBODYS.items() if label in labels), "")
