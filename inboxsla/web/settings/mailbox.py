"""One mailbox: what its tickets get where no rule decides, which addresses are its own, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, url_for
from flask_babel import gettext as _

from inboxsla.config.document import Document
from inboxsla.domain.speech import Dated
from inboxsla.services.checkup import Finding
from inboxsla.services.checkup import mailboxes as checkup
from inboxsla.services.configuring import Saved
from inboxsla.services.connections import Connection, connections
from inboxsla.services.drafting import Body, Draft, Edit, put_row
from inboxsla.services.in_force import InForce
from inboxsla.web import mailboxes
from inboxsla.web.context import ID, now, ports, say
from inboxsla.web.guards import Level, needs
from inboxsla.web.settings import editor
from inboxsla.web.settings.editor import Editing
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import Typed

# In one room with the list of them.
bp = mailboxes.bp
_LISTS = ("aliases", "own_lists")


class MailboxPart:
    """What the configuration says of the mailbox with this address."""

    shows_effect = True

    def __init__(self, address: str) -> None:
        self.address = address

    def find(self, body: Mapping[str, Any]) -> Any:
        nth = self._place(body)
        return None if nth is None else body["mailboxes"][nth]

    def filled_in(self, force: InForce) -> Typed:
        document, address = force.document, self.address
        said = next((each for each in document.mailboxes if each.address == address), None)
        return Typed.of(
            {
                "policy": (said.policy or "") if said else "",
                "team": (said.team or "") if said else "",
                "aliases": "\n".join(document.aliases_of(address)),
                "own_lists": "\n".join(document.own_lists_of(address)),
            }
        )

    def edit(self, typed: Typed) -> Edit:
        row: dict[str, Any] = {"address": self.address}
        row |= {name: text for name in ("policy", "team") if (text := typed.get(name))}
        # Said even where it is empty: otherwise config.toml would count.
        row |= {name: list(typed.lines(name)) for name in _LISTS}

        def put(body: Body) -> None:
            put_row(body, "mailboxes", self._place(body), row)

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        nth = self._place(body)
        return ("mailboxes",) if nth is None else ("mailboxes", nth)

    def field_of(self, key: Key) -> str | None:
        return None

    def blank(self, prefix: str) -> Typed:
        return Typed()

    def _place(self, body: Mapping[str, Any]) -> int | None:
        boxes = body.get("mailboxes", ())
        return next((nth for nth, each in enumerate(boxes) if each["address"].strip().lower() == self.address), None)


@bp.route(f"/<{ID}:mailbox_id>", methods=["GET", "POST"])
@needs(Level.HOUSE)
def one(mailbox_id: int) -> editor.Answer:
    box = next((each for each in connections(ports()) if each.id == mailbox_id), None) or abort(404)
    part = MailboxPart(box.address)

    def page(editing: Editing) -> str:
        document = editing.force.document
        return editor.draw(
            "settings/mailbox.html",
            editing,
            part,
            box=box,
            findings=_findings(box),
            policies=_policies(document),
            teams=[("", _("Everybody who works in it")), *((each.name, each.name) for each in document.teams)],
            staff=document.staff_of(box.address),
            base=now(),
        )

    def after(saved: Saved, _draft: Draft) -> str:
        if saved.version is not None:
            flash(_("The settings of %(address)s are saved.", address=box.address))
        return url_for(".one", mailbox_id=mailbox_id)

    return editor.run(part, page, after)


def _policies(document: Document) -> list[tuple[str, str]]:
    usual = _("Default (%(name)s)", name=document.default_policy)
    return [("", usual), *((each.name, each.name) for each in document.policies if each.enabled)]


def _findings(box: Connection) -> tuple[Finding, ...]:
    """What a check-up has to say of this mailbox by what is known here; Gmail is not asked."""
    return tuple(each for each in checkup.found(ports(), Dated(say())) if each.mailbox == box.address)
