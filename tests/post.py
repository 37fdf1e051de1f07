"""A real SMTP server on this machine, which has bad days when it is told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "desk", "hush-hush"


@dataclass
class Post:
    """`refuses` maps a recipient to the answer it gets, `answers` are given to the next mails after their content.

    `cuts` drops so many connections once a mail was read to its end, `hangs` leaves so many without an answer there.
    """

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    senders_refused: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    cuts: int = 0
    hangs: int = 0
    arrived: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """What it read to the end and did not refuse, oldest first; also where its answer was lost."""
        return [
            email.message_from_bytes(one.original_content or b"", policy=email.policy.default) for one in self.arrived
        ]

    @property
    def mailed(self) -> list[str]:
        return [address for one in self.arrived for address in one.rcpt_tos]

    def settings(self, **more: Any) -> dict[str, Any]:
        """`[smtp]` for a relay that is here."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "from_address": "desk@relay.example",
            "timeout": "5s",
            **more,
        }

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.senders_refused:
            return self.senders_refused[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers and not self.answers[0].startswith("2"):
            return self.answers.pop(0)
        self.arrived.append(envelope)
        self.encrypted.append(session.ssl is not None)
        if self.hangs:
            self.hangs -= 1
            await asyncio.Event().wait()
        if self.cuts:
            self.cuts -= 1
            assert server.transport is not None
            server.transport.abort()
        return self.answers.pop(0) if self.answers else "250 2.0.0 Queued"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append(mechanism)
        return AuthResult(success=good, handled=good)


@contextmanager
def a_post(
    *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Post]:
    """Listening at `port` of 127.0.0.1, on a loop of its own."""
    post, loop = Post(), asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(
            post,
            hostname="relay.example",
            ident="relay",
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=post.authenticate if login else None,
            auth_required=login,
            auth_require_tls=not login,
        )

    # All of it in its own thread: where a browser is driven, this one has a loop that runs already.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = loop.create_server(session, "127.0.0.1", 0, ssl=tls)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(10)
    post.port = server.sockets[0].getsockname()[1]
    yield post
    asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def a_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server at 127.0.0.1 shows, and the file by which it can be trusted."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "relay.pem", folder / "relay.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, secret)
    return context, file
