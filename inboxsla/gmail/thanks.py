"""Whether a mail says nothing but thanks, in the languages we know it in. Pure; a mail that asks anything is never one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from inboxsla.gmail.quote_words import SENT_WITH

MOST_WORDS = 12


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of which one must be there.
_THANKS = _words(
    "thanks thank thx ty cheers appreciated danke dankeschön dank merci gracias grazie obrigado obrigada bedankt dankjewel "
    "dankuwel dankje tack takk tak kiitos dziękuję dziekuje dzięki děkuji díky teşekkürler teşekkür sağolun sağol спасибо "
    "благодарю дякую köszönöm köszi mulțumesc multumesc ευχαριστώ תודה شكرا ありがとう ありがとうございます ありがとうございました 谢谢 謝謝 "
    "감사합니다 고맙습니다"
)
# Words that add nothing to it.
_BESIDE = _words(
    "a again all and for got help i it kind know let lot many me much of ok okay perfect great super very so that the this to "
    "you your worked works well done fine good wonderful amazing excellent brilliant lovely quick fast response reply answer "
    "support will best regards kind hi hello dear team everyone "
    "vielen herzlichen besten schönen recht sehr ihnen euch dir für die das ihre hilfe schnelle antwort alles klar gut prima "
    "liebe viele grüße gruß freundliche mit freundlichen grüßen hallo "
    "beaucoup bien pour votre aide réponse rapide à vous et bonne journée cordialement bonjour parfait "
    "muchas muchísimas mil por su ayuda la respuesta saludos un saludo hola perfecto vale "
    "mille tante molte per il vostro aiuto la risposta saluti cordiali ciao perfetto "
    "muito muita pela ajuda resposta abraço olá "
    "hartelijk heel erg veel voor de hulp snelle reactie groet groeten met vriendelijke hoi goed top "
    "så mycket mye meget for hjälpen hjælpen hjelpen svaret mvh hej hei "
    "bardzo za pomoc pozdrawiam moc ederim çok большое за помощь всего дуже nagyon"
)
_NAMES = 2
_DEVICE = tuple(SENT_WITH)
_LONGEST_DEVICE = 60
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def _without_device(text: str) -> str:
    """Without the line a telephone puts under everything ("Sent from my iPhone")."""
    above, _, last = text.rpartition("\n")
    is_device = len(last) <= _LONGEST_DEVICE and last.strip().casefold().startswith(_DEVICE)
    return above.rstrip() if above.strip() and is_device else text


def is_only_thanks(text: str, names: Collection[str] = ()) -> bool:
    """Whether `text` (a mail's new text, without quotations) is thanks and nothing else.

    `names` are what people in the conversation are called; beside those two unknown words that look like names are let pass.
    Anything that may want an answer makes it more than thanks: a question, a figure, an address, a longer text.
    """
    text = _without_device(unicodedata.normalize("NFC", text.strip()[:400]))
    if not text or any(sign in text for sign in "?？;؟@/") or any(letter.isdigit() for letter in text):
        return False
    known = {word for name in names for word in _WORD.findall(unicodedata.normalize("NFC", name).casefold())}
    words = _WORD.findall(text)
    if not 0 < len(words) <= MOST_WORDS:
        return False
    folded = [word.casefold() for word in words]
    if not any(word in _THANKS for word in folded):
        return False
    unknown = [
        word
        for word, lower in zip(words, folded, strict=True)
        if lower not in _THANKS and lower not in _BESIDE and lower not in known
    ]
    return len(unknown) <= _NAMES and all(word[:1].isupper() and word not in words[:1] for word in unknown)
