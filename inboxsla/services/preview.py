"""The demo's mailbox behind the preview of the side panel: seen, written in, and signed for as Google would sign.

Everything raises Missing outside the demo, and for a thread that is not there; Refused for what the mailbox does not take;
TryLater when the simulator does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inboxsla.errors import Missing, Refused
from inboxsla.gmail.simulated import SimulatedMailbox
from inboxsla.services import colleagues
from inboxsla.services.colleagues import Colleague
from inboxsla.services.ports import Ports

USER_SCOPES = (
    "https://www.googleapis.com/auth/gmail.addons.execute",
    "https://www.googleapis.com/auth/gmail.addons.current.message.metadata",
    "https://www.googleapis.com/auth/userinfo.email",
)


def address(ports: Ports) -> str:
    """The mailbox that is shown."""
    if not ports.settings.demo or not ports.settings.mailboxes:
        raise Missing("There is no demo here.")
    return ports.settings.mailboxes[0].address


def mailbox(ports: Ports) -> SimulatedMailbox:
    return SimulatedMailbox(ports.settings.google.api_root, address(ports))


def persona(ports: Ports, chosen: str) -> Colleague:
    """The one with this address. Raises Refused for anybody else: nobody signs for strangers."""
    for each in colleagues.everybody(ports):
        if each.address == chosen:
            return each
    raise Refused("Nobody of this mailbox has that address. Choose somebody from the list.")


def answer(ports: Ports, thread_id: str, chosen: str, text: str) -> None:
    """The persona answers the customer from the shared mailbox."""
    who = persona(ports, chosen)
    mailbox(ports).answer(thread_id, who.address, who.name, text)


def identity(ports: Ports, audience: str, chosen: str) -> Mapping[str, Any]:
    """What Google puts into a request to `audience` while the persona looks: signed tokens, and what the add-on may do.

    Raises Refused for an audience that is not an address of our add-on.
    """
    addon = ports.settings.addon
    if not audience.startswith(f"{ports.settings.server.url}/addon/"):
        raise Refused("This is not an address of the add-on.")
    who, box = persona(ports, chosen), mailbox(ports)
    return {
        "systemIdToken": box.token(audience, addon.service_account),
        "userIdToken": box.token(addon.oauth_client_id, who.address),
        # The simulator's access token is the address of the mailbox it opens.
        "userOAuthToken": address(ports),
        "authorizedScopes": list(USER_SCOPES),
    }
