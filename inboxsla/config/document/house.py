"""Parts of the document there is one of for the whole house: labels, mails to staff, how long text stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from inboxsla.config.document import kinds
from inboxsla.config.section import Section
from inboxsla.domain.durations import parse_duration
from inboxsla.domain.label_style import PREFIX, LabelStyle

Urgency = Literal["low", "medium", "urgent", "overdue", "paused", "met"]


class Labels(Section):
    """Gmail's labels: which there are, and what those that say how a ticket stands are called and look like.

    What is not said is as usual.
    """

    owners: bool = True
    commands: bool = True
    prefix: kinds.LabelName = PREFIX
    names: dict[Urgency, kinds.LabelName] = {}
    colours: dict[Urgency, kinds.LabelColour] = {}

    @property
    def style(self) -> LabelStyle:
        names: dict[str, str] = dict(self.names.items())
        colours: dict[str, str] = dict(self.colours.items())
        return LabelStyle(self.prefix, names, colours)


class Privacy(Section):
    """How long text stays after a ticket was solved, as somebody wrote it, or “never” if it is never erased."""

    keep_text: kinds.KeepText = "90 days"

    @property
    def kept_for(self) -> timedelta | None:
        """None: for ever."""
        return None if self.keep_text == kinds.NEVER else parse_duration(self.keep_text)


class Notifications(Section):
    """Of the mails to staff: how many a person gets in an hour, which reminders come together, whose earliest are skipped."""

    cap_per_hour: kinds.CapPerHour = 20
    merge_within: kinds.PlainLengthOrNever = "20m"
    skip_early_under: kinds.PlainLengthOrNever = "2h"
    digest: bool = True
