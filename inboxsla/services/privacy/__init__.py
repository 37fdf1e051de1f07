"""What is kept about people: how long their text stays, what is known of one of them, and how they are forgotten."""

from __future__ import annotations

from inboxsla.services.privacy.approving import person_figures_approved

__all__ = ["person_figures_approved"]
