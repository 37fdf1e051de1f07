"""What a document complains of, as a page says it: complaints show how a text file is mended, and a page has fields."""

from __future__ import annotations

import re

from flask_babel import LazyString, lazy_gettext

# (what the document says, what a page says instead).
_INSTEAD: tuple[tuple[str, LazyString], ...] = (
    # Promises and steps
    (r".*the customer is told when the owner is\b.*", lazy_gettext("The customer is told when the owner is: say under Limits how long before.")),
    (r".*say once when this step comes\b.*", lazy_gettext("Say when this step comes: a number such as 75, or a length such as 2h.")),
    (r".*this step does nothing\b.*", lazy_gettext("Tick what this step does, or name somebody who is told.")),
    (r".*a step that comes with reopened belongs to no promise\b.*", lazy_gettext("A step for customers who come back belongs to no promise. Untick “only for”.")),
    (r".*before is before the time even starts\b.*", lazy_gettext("This comes before the time even starts. Write less, or tick under “Only for” which longer promises it is for.")),
    (r".*Write less, or say which promises it is for\b.*", lazy_gettext("Write less, or tick under “Only for” which longer promises it is for.")),
    (r".*a policy promises at least one of\b.*", lazy_gettext("Promise at least one thing. Write for example 4h as the first response.")),
    (r".*nothing is promised here\. .*", lazy_gettext("Nothing is promised here. Write a length, for example 4h.")),
    (r".*medium_at .* must rise between 0 and 100\b.*", lazy_gettext("Medium comes before Urgent, and both before 100 %. Write for example 50 and 75.")),
    (r".*(this|auto_close_warning) warns of nothing\b.*", lazy_gettext("There is nothing to warn of while tickets do not close by themselves. Say after how long they do, or leave this empty.")),
    (r".*(a warning .* ahead comes before|auto_close_warning .* must be shorter than)\b.*", lazy_gettext("The owner cannot be told before the silence begins. Write less than the time until it closes.")),
    (r".*closing notice comes with auto_close_warning\b.*", lazy_gettext("The customer is told when the owner is: say under Limits how long before.")),
    # What is named and is not there
    (r" Add it under tags\.", lazy_gettext(" Add it on the page “Pause reasons and tags”.")),
    (r" Set it up in config\.toml: .*", lazy_gettext(" Whoever runs the server sets it up in its config.toml.")),
    (r" Write \[calendars\..*\] with its hours, or “.*”\.", lazy_gettext(" Add one on the page “Calendars”, or choose round the clock.")),
    (r" is switched off \(enabled = false\)\.", lazy_gettext(" is switched off.")),
    (r" There is none yet; add it under \[\[policies\]\]\.", lazy_gettext(" There is none yet; add it on the page “Policies”.")),
    (r" There is none yet; add it under \[calendars\]\.", lazy_gettext(" There is none yet; add it on the page “Calendars”.")),
    (r" There is none yet; add it under (\[\[teams\]\]|\[\[people\]\])\.", lazy_gettext(" There is none yet; add it on the page “People and teams”.")),
    (r" There is none yet; add it under (\[tiers\]|\[organisations\])\.", lazy_gettext(" There is none yet; add it on the page “Customer lists”.")),
    (r" There is none yet; add it under \[\[mailboxes\]\]\.", lazy_gettext(" There is none yet; connect it on the page “Mailboxes”.")),
    (r" There is none yet; add it under tags\.", lazy_gettext(" There is none yet; add it on the page “Pause reasons and tags”.")),
    (r" There is none yet; add it under then = .*", lazy_gettext(" There is none yet; let a rule set it first.")),
    # People
    (r".*is the first day back, so it must be after\b.*", lazy_gettext("The first day back must come after the first day away.")),
    # Teams
    (r".*one person gets everything here\b.*", lazy_gettext("One person gets everything here. Choose who it is.")),
    (r".*tickets go by skill here\b.*", lazy_gettext("Tickets go by skill here. Write which skills.")),
    (r".*this counts only with strategy = “skill”\..*", lazy_gettext("This counts only where tickets go by skill. Choose that, or leave this empty.")),
    (r".*this counts only with strategy = “.*”\..*", lazy_gettext("This counts only where one person gets everything. Choose that, or leave this out.")),
    (r" Write it under skills of a person\.", lazy_gettext(" Write it on the page of a person, under “Skills”.")),
    # Rules
    (r".*this rule does nothing\b.*", lazy_gettext("This rule decides nothing. Choose something under “Then”, or let it be the last one that is looked at.")),
    (r".*this condition is empty\b.*", lazy_gettext("This condition is empty. Say what must be so.")),
    (r".*For everybody of a domain write .*", lazy_gettext("This is not a mail address. For everybody of a domain choose “Sender’s domain”.")),
    (r".*name is missing\. Write .*", lazy_gettext("Write which header, for example X-Priority.")),
    (r".*days is missing\. Write .*", lazy_gettext("Write in how many days, for example 30.")),
    (r".*calendar is missing\. Write .*", lazy_gettext("Choose a calendar.")),
    (r".*\w does not fit \w+\. Write .*", lazy_gettext("This cannot be compared in that way. Choose another.")),
    (r".*this says nothing to compare with\b.*", lazy_gettext("Say what to compare with.")),
    (r".*this takes one text\. Write one_of\b.*", lazy_gettext("This takes one text. For several choose “is one of”.")),
    (r".*this takes one text\. Write .*", lazy_gettext("This takes one text. Add a condition for each of several.")),
    (r".*write not_a_ticket = true instead\b.*", lazy_gettext("Choose “It is not a ticket” instead.")),
    (r".*owner names a person and strategy chooses one\b.*", lazy_gettext("Here an owner is named, and the team is to choose one as well. Choose one or the other.")),
    # Texts and lists
    (r".*write a length of time in quotes\b.*", lazy_gettext("Write a length of time, for example 4h.")),
    (r".*write a time zone in quotes\b.*", lazy_gettext("Write a time zone, for example Europe/Berlin.")),
    (r".*write (a )?text in quotes\b.*", lazy_gettext("Write a text here.")),
    (r" Write it in quotes\.", lazy_gettext(" Write a text.")),
    (r".*write a list in square brackets here\b.*", lazy_gettext("Write at least one.")),
)  # fmt: skip
_PATTERNS = tuple((re.compile(told, re.IGNORECASE | re.DOTALL), said) for told, said in _INSTEAD)


def said(reason: str) -> str:
    """The same in the words of a page."""
    for told, instead in _PATTERNS:
        if found := told.search(reason):
            return reason[: found.start()] + str(instead) + reason[found.end() :]
    return reason
