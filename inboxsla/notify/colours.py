"""The colours of a mail, light and dark. Mails cannot read the product's style sheet, so its tokens stand here again."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.domain.clock import Urgency


@dataclass(frozen=True, slots=True)
class Tint:
    """Text on a tint, each with at least 4.5 to 1."""

    text: str
    soft: str
    dark_text: str
    dark_soft: str


TINTS = {
    Urgency.LOW: Tint("#0B6478", "#E4F3F7", "#7DD0E3", "#0F2930"),
    Urgency.MEDIUM: Tint("#765100", "#FFF3D1", "#EFC75A", "#2D2409"),
    Urgency.URGENT: Tint("#9C3606", "#FFE7D6", "#FFA46B", "#3A1E0D"),
    Urgency.OVERDUE: Tint("#A81D1A", "#FDECEA", "#FF8E86", "#391715"),
    Urgency.PAUSED: Tint("#5B4E93", "#F0EDFA", "#C3B8F2", "#241F3B"),
    Urgency.MET: Tint("#1B6A3A", "#E4F4E9", "#76D39B", "#10281A"),
    Urgency.NONE: Tint("#474E5C", "#F1F3F6", "#B6BCC8", "#1C2028"),
}

LIGHT = {
    "bg": "#F7F8FA", "surface": "#FFFFFF", "border": "#E2E5EB", "border_b": "#CDD2DB", "text": "#1A1D24",
    "text_2": "#474E5C", "text_3": "#636A79", "link": "#3F49B8", "accent": "#4650C0", "on_accent": "#FFFFFF",
}  # fmt: skip
DARK = {
    "bg": "#0E1014", "surface": "#15181E", "border": "#2A2F39", "border_b": "#39404D", "text": "#E8EAEF",
    "text_2": "#B6BCC8", "text_3": "#8F97A6", "link": "#A5AEFF", "accent": "#5A65DB", "on_accent": "#FFFFFF",
}  # fmt: skip
