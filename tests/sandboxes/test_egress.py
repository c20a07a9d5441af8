"""A sandbox with a network reaches a proxy's socket, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from earthshine.sandboxes.base import Backend, Command, SandboxRefused, Spec

_FETCH = "import urllib.request; print(urllib.request.urlopen('http://somewhere.test/page', timeout=5).read().decode())"
_PAST = """
import socket
for address in (('192.0.2.1', 80), ('10.0.0.1', 80), ('127.0.0.1', 80)):
    try: socket.create_connection(address, 1); print('OUT', address)
    except OSError: pass
try: s = socket.socket(socket.AF_UNIX); s.connect('/run/egress.sock'); print('OUT')
except OSError: pass
"""


async def test_the_proxy_is_the_only_way_out(backend: Backend, workspace: Path, ground: Path) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
        await writer.drain()
        writer.close()

    path = ground / f"{workspace.name}.sock"
    async with await asyncio.start_unix_server(answer, path):
        if not backend.network:
            with pytest.raises(SandboxRefused, match="no network"):
                await backend.start(Spec(workspace, egress=path))
            return
        sandbox = await backend.start(Spec(workspace, egress=path))
        fetched = await asyncio.gather(*(sandbox.run(Command(["python3", "-c", _FETCH])) for _ in range(3)))
        past = await sandbox.run(Command(["python3", "-c", _PAST]))
        await sandbox.stop()
    assert [each.stdout for each in fetched] == [b"hello\n"] * 3, fetched
    assert all(each.startswith(b"GET http://somewhere.test/page HTTP/1.1") for each in asked)
    assert (past.code, past.stdout) == (0, b"")
