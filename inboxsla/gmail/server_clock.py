"""What time it is at Google: every HTTP answer says so, even a refusal, which costs no quota and needs no permission."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httplib2

from inboxsla.errors import TryLater
from inboxsla.gmail.transport import NETWORK_ERRORS, TOO_LARGE, KeepAliveHttp

_TIMEOUT = 5.0
_HALF_A_SECOND = timedelta(milliseconds=500)


def server_time(api_root: str) -> datetime:
    """Aware UTC, give or take half a second. Raises TryLater when there is no answer, or one without a date."""
    http = KeepAliveHttp(_TIMEOUT)
    try:
        answer, _ = http.request(api_root, "GET")
        told = parsedate_to_datetime(str(answer.get("date", "")))
    except (*NETWORK_ERRORS, httplib2.HttpLib2Error, *TOO_LARGE) as error:
        raise TryLater(f"{api_root} cannot be reached ({error})") from error
    except (ValueError, TypeError, IndexError) as error:
        raise TryLater(f"{api_root} does not say what time it is there") from error
    finally:
        http.close()
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) + _HALF_A_SECOND
