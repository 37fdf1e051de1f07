"""What Google is told about the panel: its addresses, its permissions, and where its links may lead. Pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from addon.opening import METADATA_SCOPE
from addon.verify import EMAIL_SCOPE
from inboxsla.errors import Misused

SCOPES = (
    "https://www.googleapis.com/auth/gmail.addons.execute",
    # Which conversation a message is, where it is open in a mailbox of somebody's own.
    METADATA_SCOPE,
    # Who has the panel open.
    EMAIL_SCOPE,
    # In which zone they read times.
    "https://www.googleapis.com/auth/script.locale",
)
_EXAMPLE = "Write it like https://desk.example.org."
# Names that only one network knows.
_PRIVATE = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "test",
    "invalid",
    "home.arpa",
)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def manifest(base_url: str) -> dict[str, Any]:
    """A deployment as `gcloud workspace-add-ons deployments create` takes it. Raises Misused for an address Google cannot call."""
    base = public_address(base_url)
    return {
        "oauthScopes": list(SCOPES),
        "addOns": {
            "common": {
                "name": "InboxSLA",
                "logoUrl": f"{base}/addon/icons/logo.png",
                "layoutProperties": {"primaryColor": "#4650C0", "secondaryColor": "#3840A3"},
                "useLocaleFromApp": True,
                "homepageTrigger": {"runFunction": f"{base}/addon/home"},
                "universalActions": [
                    {"label": "Settings", "openLink": f"{base}/settings"},
                    {"label": "Dashboard", "openLink": f"{base}/dashboard"},
                    {"label": "Help", "runFunction": f"{base}/addon/help"},
                ],
                "openLinkUrlPrefixes": [f"{base}/", "https://mail.google.com/"],
                "addOnWidgetSet": {
                    "usedWidgets": ["DATE_PICKER", "STYLED_BUTTONS", "PERSISTENT_FORMS", "FIXED_FOOTER"]
                },
            },
            "gmail": {"contextualTriggers": [{"unconditional": {}, "onTriggerFunction": f"{base}/addon/message"}]},
            "httpOptions": {
                "authorizationHeader": "SYSTEM_ID_TOKEN",
                "granularOauthPermissionSupport": "OPT_IN",
            },
        },
    }


def public_address(written: str) -> str:
    """Without a slash at the end. Raises Misused with what to write instead."""
    try:
        parts = urlsplit(written.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Misused(f"“{written}” is not a web address. {_EXAMPLE}") from None
    if parts.scheme != "https":
        raise Misused(f"Google calls the panel over https only, and “{written}” is not that. {_EXAMPLE}")
    if parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"):
        raise Misused(f"“{written}” holds more than the name of the server. {_EXAMPLE}")
    if not _is_public(host):
        raise Misused(
            f"Google cannot reach “{host}” from outside: it needs a name that everybody can look up. {_EXAMPLE}"
        )
    return f"https://{'.'.join(_labels(host))}" + (f":{port}" if port not in (None, 443) else "")


def _is_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = _labels(host)
    else:
        return False
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return False
    return not any(host == name or host.endswith(f".{name}") for name in _PRIVATE)


def _labels(host: str) -> list[str]:
    """The parts of a name as they are looked up; none for what is no name."""
    try:
        return host.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        return []
