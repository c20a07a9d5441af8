"""A small mail server on loopback (RFC 5321), which keeps what it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Inbox:
    """What arrived."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    full: bool = False
    """When set, every message is refused."""
    cut: bool = False
    """When set, the connection breaks once a message has come, and nobody is told whether it was kept."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 loopback ready")
        named: list[str] = []
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line.split(" ")[0].upper())
            match self.commands[-1]:
                case "EHLO":
                    await say("250-loopback\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 8BITMIME")
                case "RCPT":
                    named.append(line.partition("<")[2].partition(">")[0])
                    await say("250 ok")
                case "DATA" if self.full:
                    await say("452 mailbox is full")
                case "DATA":
                    await say("354 go on")
                    data = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                    if self.cut:
                        break
                    message = message_from_bytes(data, policy=policy.default)
                    assert isinstance(message, EmailMessage)
                    self.messages.append(message)
                    self.recipients.append(named)
                    named = []
                    await say("250 kept")
                case "QUIT":
                    await say("221 bye")
                    break
                case _:
                    await say("250 ok")
        writer.close()


@asynccontextmanager
async def open_inbox() -> AsyncGenerator[Inbox]:
    """Listen on a free port."""
    inbox = Inbox()
    server = await asyncio.start_server(inbox.serve, "127.0.0.1", 0)
    inbox.port = server.sockets[0].getsockname()[1]
    async with server:
        yield inbox
