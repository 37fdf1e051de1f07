"""Why Google did not let us in, in sentences that say what to do. Pure."""

from __future__ import annotations

from google.auth.exceptions import RefreshError
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from inboxsla.errors import InboxSLAError, Misused, Refused, TryLater
from inboxsla.gmail.credentials import MODIFY, Secret, ServiceSecret

TICK_THE_BOX = "leave the box “Read, compose, and send emails from your Gmail account” ticked"


def declined(error: str) -> str:
    """For the `error` that Google sent the browser back with."""
    if error == "access_denied":
        return f"The consent was declined, so nothing was connected. Begin again, press “Allow”, and {TICK_THE_BOX}."
    if error in ("admin_policy_enforced", "org_internal"):
        return "Your organisation does not allow this app. Ask the Google Workspace administrator to allow it, then begin again."
    return f"Google ended the consent ({error[:60]}). Nothing was connected; begin again."


def exchange_failed(error: OAuth2Error) -> InboxSLAError:
    """For a code that was not exchanged for a permission."""
    said = str(error.error or "")
    if said in ("invalid_client", "unauthorized_client", "deleted_client", "redirect_uri_mismatch"):
        return Misused(
            f"Google does not accept this installation's OAuth client ({said}). Check google.client_id and google.client_secret "
            "(or google.client_file), and the client's redirect addresses in Google Cloud."
        )
    if said == "invalid_grant":
        return Refused("The code from Google is not good any more: codes work once, for a few minutes. Begin again.")
    if said in ("server_error", "temporarily_unavailable"):
        return TryLater("Google's sign-in service has trouble. Begin again in a while.")
    return Refused(f"Google did not give the permission ({said[:60] or type(error).__name__}). Begin again.")


def not_accepted(error: RefreshError, secret: Secret) -> InboxSLAError:
    """For a permission or key that was tried and gave no access token."""
    said = str(error.args[0]) if error.args else ""
    if error.retryable or said.lstrip().startswith("<"):
        return TryLater("Google's sign-in service has trouble. Try again later.")
    if isinstance(secret, ServiceSecret):
        if said.startswith("unauthorized_client"):
            return Refused(
                f"Google Workspace does not let {secret.client_email} in: in its admin console, under domain-wide delegation, "
                f"the client id of this account must be allowed the scope {MODIFY}. A change there can take a day."
            )
        if "email" in said.lower() or "user id" in said.lower():
            return Refused(
                "Google knows no such user in your organisation. Check the address; it must be a user, not a group."
            )
        return Refused(
            f"Google does not accept this service-account key ({said[:80]}). It may be deleted, or this machine's clock wrong."
        )
    if said.startswith(("invalid_client", "unauthorized_client", "deleted_client", "disabled_client")):
        return Refused("Google does not accept the OAuth client this permission was given to. Make both anew.")
    return Refused(
        "Google does not accept this permission any more: it was taken back, the password was changed, or the consent screen is "
        "in testing, where permissions end after seven days. Give it anew."
    )
