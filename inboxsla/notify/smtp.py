"""Mails through an SMTP relay: one connection for each mail, and every end of it in words that say what to do.

Until the mail itself was handed over nothing can have gone out; from then on only the relay's answer tells.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from inboxsla.errors import AccessLost, NoSuchRecipient, OutcomeUnknown, PutOff, Refused, TryLater
from inboxsla.notify.mailer import Taken
from inboxsla.notify.plain import cut, one_line

AWAY = timedelta(minutes=1)
# Whoever greylists wants to see the same mail again after some minutes.
PUT_OFF = timedelta(minutes=5)
_GOODBYE = 2.0
_TROUBLE = (OSError, smtplib.SMTPException)
_TOO_BIG = 552
# What a command can carry: everything else would be read as something else.
_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")
# What servers say of an address that does not exist (RFC 3463); 550 alone may also mean that we may not relay.
_NOBODY_THERE = re.compile(rb"5\.1\.[0-9]")
_LOG_IN_FIRST = (530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server and how to get into it. `timeout` is for each answer. Without `user` nobody logs in."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout: timedelta = timedelta(seconds=20)

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


def _silent(words: str) -> None:
    return None


class SmtpRelay:
    """The Mailer over a relay. `told` hears each step that worked, in words."""

    def __init__(self, relay: Relay, told: Callable[[str], None] = _silent) -> None:
        self._relay, self._told = relay, told

    def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
        for each in (sender, recipient):
            if not _ADDRESS.fullmatch(each):
                raise Refused(f"{each!r} is no address that a mail server can be told. Check it on the people list.")
        with self._opened(sender) as smtp:
            self._address(smtp, sender, recipient, len(mail))
            said = self._hand_over(smtp, mail)
            self._told(f"{self._relay.place} took the mail: {said}")
            with suppress(*_TROUBLE):  # it is taken, whatever becomes of the goodbye
                if smtp.sock is not None:
                    smtp.sock.settimeout(_GOODBYE)
                smtp.quit()
        return Taken()

    def find(self, marker: str, since: datetime) -> Taken | None:
        raise Refused("A mail server does not show what it has sent.")

    @contextmanager
    def _opened(self, sender: str) -> Iterator[smtplib.SMTP]:
        """A connection that is encrypted and logged in as far as it is to be. Raises TryLater, AccessLost."""
        smtp = self._connected(sender.rpartition("@")[2])
        try:
            with self._not_yet_sent():
                smtp.ehlo_or_helo_if_needed()
            if self._relay.tls == "starttls":
                self._encrypt(smtp)
            if self._relay.user:
                self._log_in(smtp)
            yield smtp
        finally:
            smtp.close()

    def _connected(self, name: str) -> smtplib.SMTP:
        """`name` is how we introduce ourselves: looking up our own may take long, and be no better."""
        relay, timeout = self._relay, self._relay.timeout.total_seconds()
        with self._not_yet_sent():
            if relay.tls == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    relay.host, relay.port, name, timeout=timeout, context=self._context()
                )
                self._told(f"{relay.place} answers. {_encrypted(smtp)}")
            else:
                smtp = smtplib.SMTP(relay.host, relay.port, name, timeout=timeout)
                self._told(f"{relay.place} answers.")
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if not smtp.has_extn("starttls"):
            raise AccessLost(
                f"{self._relay.place} offers no STARTTLS, and mails do not go there unencrypted. Set smtp.tls to “tls” with the "
                "port for it (465), or to “none” if the relay is on your own network."
            )
        with self._not_yet_sent():
            smtp.starttls(context=self._context())
            smtp.ehlo()
        self._told(_encrypted(smtp))

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        relay = self._relay
        try:
            with self._not_yet_sent():
                smtp.login(relay.user, relay.password)
        except UnicodeEncodeError as error:
            raise AccessLost("The user or password of the relay has letters that no login can carry.") from error
        self._told(f"Logged in as {relay.user}.")

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._relay.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise AccessLost(f"smtp.ca_file, {self._relay.ca_file}, cannot be used ({error}).") from error

    def _address(self, smtp: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
        place = self._relay.place
        with self._not_yet_sent():
            code, reply = smtp.mail(sender, [f"size={size}"] if smtp.has_extn("size") else [])
        if code >= 500 and code not in (_TOO_BIG, *_LOG_IN_FIRST):
            raise AccessLost(
                f"{place} takes no mail from {sender}: {_said(code, reply)}. Check smtp.from_address and who logs in."
            )
        self._judge(code, reply, f"{place} does not take the mail")
        with self._not_yet_sent():
            code, reply = smtp.rcpt(recipient)
        if code >= 500 and _NOBODY_THERE.match(reply):
            raise NoSuchRecipient(f"{place} takes no mail to {recipient}: {_said(code, reply)}")
        self._judge(code, reply, f"{place} takes no mail to {recipient}")
        self._told(f"It takes mail from {sender} to {recipient}.")

    def _hand_over(self, smtp: smtplib.SMTP, mail: bytes) -> str:
        place = self._relay.place
        with self._not_yet_sent():
            code, reply = smtp.docmd("DATA")
        if code != 354:
            self._judge(code, reply, f"{place} does not take the mail")
            raise TryLater(f"{place} answered in a way we do not understand ({_said(code, reply)})", PUT_OFF)
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", mail) + b".\r\n")
            code, reply = smtp.getreply()
        except _TROUBLE as error:
            raise OutcomeUnknown(f"{place} did not say whether it took the mail ({_words(error)})") from error
        if not 200 <= code < 300:
            self._judge(code, reply, f"{place} does not take the mail")
            raise OutcomeUnknown(f"{place} did not say whether it took the mail ({_said(code, reply)})")
        return _said(code, reply)

    def _judge(self, code: int, reply: bytes, what: str) -> None:
        """An answer about one mail, given before it was taken. Raises for 4xx and 5xx."""
        if code in _LOG_IN_FIRST:
            raise AccessLost(f"{what}: {_said(code, reply)}. Check smtp.user and its password.")
        if 400 <= code < 500:
            raise PutOff(f"{what} now: {_said(code, reply)}", PUT_OFF)
        if code >= 500:
            raise Refused(f"{what}: {_said(code, reply)}")

    @contextmanager
    def _not_yet_sent(self) -> Iterator[None]:
        """Whatever happens in here, the mail has not been handed over."""
        place = self._relay.place
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise AccessLost(
                f"{place} shows a certificate that we cannot trust ({error.verify_message}). Nothing was sent. If your own "
                "authority issued it, name that in smtp.ca_file."
            ) from error
        except ssl.SSLError as error:
            raise AccessLost(
                f"No encrypted line to {place} came about ({error.reason or error}). Check that smtp.tls fits the port."
            ) from error
        except smtplib.SMTPResponseException as error:
            raise self._turned_away(error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise AccessLost(f"{place} offers no login. Leave smtp.user empty, or set another port or tls.") from error
        except smtplib.SMTPServerDisconnected as error:
            slow = isinstance(error.__context__, TimeoutError)
            what = "cannot be reached" if slow else "ended the conversation before it took the mail"
            raise TryLater(f"{place} {what} ({_words(error)})", AWAY) from error
        except smtplib.SMTPException as error:
            raise AccessLost(f"{place} offers no way to log in that we know ({_words(error)})") from error
        except OSError as error:
            raise TryLater(f"{place} cannot be reached ({_words(error)})", AWAY) from error

    def _turned_away(self, error: smtplib.SMTPResponseException) -> AccessLost | TryLater:
        """For a banner, a greeting, STARTTLS or a login that went wrong: it is about all mails, not about one."""
        reply = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        said = _said(error.smtp_code, reply)
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
            return AccessLost(
                f"{self._relay.place} does not accept the user {self._relay.user} with this password: {said}. Nothing was sent."
            )
        if error.smtp_code >= 500:
            return AccessLost(f"{self._relay.place} turns us away: {said}. Nothing was sent.")
        return TryLater(f"{self._relay.place} cannot serve us now: {said}", AWAY)


def _encrypted(smtp: smtplib.SMTP) -> str:
    version = smtp.sock.version() if isinstance(smtp.sock, ssl.SSLSocket) else None
    return f"The line is encrypted ({version})." if version else "The line is not encrypted."


def _said(code: int, reply: bytes) -> str:
    return cut(one_line(f"{code} {reply.decode('utf-8', 'replace')}"), 200)


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "it did not answer in time"
    known = error.strerror if isinstance(error, OSError) else ""
    return cut(one_line(known or str(error)), 200) or type(error).__name__
