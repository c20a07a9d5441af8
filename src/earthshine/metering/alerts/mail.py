"""Mail out, by one server that the settings name."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from earthshine.errors import InvalidRequest, UpstreamFailed

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 30.0


class MaySent(UpstreamFailed):
    """The connection broke while the message was on its way: nobody knows whether the server took it."""

    default_code = "may_have_been_sent"


class _Session(smtplib.SMTP):
    """Knows whether a message is on its way."""

    sending = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.sending = True
        return super().data(msg)


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server, and in whose name mail is sent through it."""

    host: str
    port: int
    sender: str
    implicit_tls: bool = False
    """Encrypted from the first byte (`smtps:`); else encryption is begun where the server offers it."""
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:port?from=address`. Raises `InvalidRequest` that says what is wrong."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        options = parse_qs(parts.query, keep_blank_values=True)
        sender = options.pop("from", ["earthshine@localhost"])[-1]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1 or options or "@" not in sender:
            # The URL itself holds a password, and is not repeated.
            raise InvalidRequest(
                "The setting smtp_url must look like smtp://user:password@host:587?from=alerts@example.org, or smtps:.",
                param="smtp_url",
            )
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=port or (465 if tls else 587),
            sender=sender,
            implicit_tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def send(self, recipients: Sequence[str], subject: str, text: str) -> None:
        """Send one message; blocks, so call it in a thread.

        Raises `UpstreamFailed` when the server does not take it, and `MaySent` when that cannot be known.
        Credentials never travel unencrypted: a server that wants them must offer encryption.
        """
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(recipients)
        # A line break cannot stand in a header; texts of earlier versions may have one.
        message["Subject"] = " ".join(subject.splitlines())
        message.set_content(text)
        server = None
        try:
            server = self._connect()
            refused = server.send_message(message, to_addrs=list(recipients))
        except (OSError, smtplib.SMTPException) as error:
            where = f"The mail server {self.host}:{self.port}"
            if server is not None and server.sending and not isinstance(error, smtplib.SMTPResponseException):
                raise MaySent(f"{where} may or may not have taken a message: {error}") from error
            raise UpstreamFailed(f"{where} did not take a message: {error}") from error
        finally:
            if server is not None:
                # It was taken or not; how the conversation ends changes nothing.
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
                server.close()
        for recipient, (code, reason) in refused.items():
            log.error("the mail server refused %s: %d %s", recipient, code, reason.decode("utf-8", "replace"))

    def _connect(self) -> _Session:
        context = ssl.create_default_context()
        if self.implicit_tls:
            server: _Session = _TlsSession(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            server = _Session(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            encrypted = self.implicit_tls
            if not encrypted and server.has_extn("starttls"):
                server.starttls(context=context)
                encrypted = True
            if self.user:
                if not encrypted:
                    raise smtplib.SMTPException("it offers no encryption, so the password was not sent")
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server
