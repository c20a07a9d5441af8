"""Mail out, by one server that the settings name."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from earthshine.errors import InvalidRequest, UpstreamFailed

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 30.0


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
        """Send one message; blocks, so call it in a thread. Raises `UpstreamFailed` when the server does not take it.

        Credentials never travel unencrypted: a server that wants them must offer encryption.
        """
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = ", ".join(recipients)
        # A line break cannot stand in a header; texts of earlier versions may have one.
        message["Subject"] = " ".join(subject.splitlines())
        message.set_content(text)
        try:
            with self._connect() as server:
                refused = server.send_message(message, to_addrs=list(recipients))
        except (OSError, smtplib.SMTPException) as error:
            raise UpstreamFailed(f"The mail server {self.host}:{self.port} did not take a message: {error}") from error
        for recipient, (code, reason) in refused.items():
            log.error("the mail server refused %s: %d %s", recipient, code, reason.decode("utf-8", "replace"))

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
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
