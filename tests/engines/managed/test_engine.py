"""Managed engines with a program that stands in for vLLM and SGLang: replies, faults, and what is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from earthshine.catalog.card import Card
from earthshine.engines.deltas import ChatEnd, CompletionEnd, Piece, Text
from earthshine.engines.interleave import flat
from earthshine.engines.managed.engine import ManagedEngine
from earthshine.engines.managed.factory import ManagedFactory
from earthshine.engines.managed.log import last_lines, log_path
from earthshine.engines.managed.sglang import Sglang
from earthshine.engines.managed.vllm import Vllm
from earthshine.engines.requests import ChatRequest, CompletionRequest, Sampling
from earthshine.errors import EngineFailed, InvalidRequest, ModelBroken
from earthshine.processes.tree import descendants
from earthshine.settings import Settings
from earthshine.settings_tables import ManagedEngine as Program
from tests.catalog.safetensors.folders import TEMPLATE, write_folder
from tests.engines.managed.stand_in import made

Start = Callable[..., Awaitable[ManagedEngine]]
DIALECTS = {"vllm": Vllm, "sglang": Sglang}


@pytest.fixture
async def start(tmp_path: Path) -> AsyncGenerator[Start]:
    engines: list[ManagedEngine] = []
    pythons: dict[str, str] = {}

    async def begin(what: str = "", name: str = "vllm", **card: Any) -> ManagedEngine:
        if name not in pythons:
            pythons[name] = made(tmp_path / name, name)
        folder = tmp_path / "model"
        if not folder.exists():
            write_folder(folder)
        program = Program(python=pythons[name], environment={"STAND_IN": what}, start_timeout=60)
        given: dict[str, Any] = {"name": "m", "engine": name, "path": folder, "size": 1000, "kv_bytes": 512}
        given |= {"context_length": 4096, "chat_template": TEMPLATE} | card
        engine = await ManagedFactory(DIALECTS[name](), lambda: ())(Card(**given), settings(tmp_path, {name: program}))
        engines.append(engine)
        return engine

    yield begin
    for engine in engines:
        await engine.close()


def settings(tmp_path: Path, programs: dict[str, Program] | None = None) -> Settings:
    return Settings(data=tmp_path / "data", managed_engines=programs or {})


def asking(text: str, **more: Any) -> ChatRequest:
    return ChatRequest([{"role": "user", "content": text}], **more)


async def reply(engine: ManagedEngine, request: ChatRequest) -> tuple[str, ChatEnd]:
    text, end = "", None
    async for delta in flat(engine.chat(request)):
        match delta:
            case Text():
                text += delta.text
            case ChatEnd():
                end = delta
            case _:
                pass
    assert end is not None
    return text, end


def logged(tmp_path: Path) -> str:
    return "\n".join(last_lines(log_path(settings(tmp_path), "m"), 0))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def until(true: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", ["vllm", "sglang"])
async def test_serves_under_the_name_of_its_card(start: Start, name: str) -> None:
    engine = await start(name=name)
    text, end = await reply(engine, asking("hi"))
    assert (text, end.usage.prompt_tokens, end.usage.completion_tokens) == ("The light is on.", 7, 4)
    assert engine.capabilities.context_length == 4095  # what the server says goes before what it was told
    assert await engine.probe()
    assert engine.answers and engine.memory > 2**20
    assert (engine.load.busy, engine.load.restarts) == (0, 0)
    pieces = [each async for each in flat(engine.complete(CompletionRequest("once")))]
    assert "".join(each.text for each in pieces if isinstance(each, Piece)) == "The light is on."
    assert isinstance(pieces[-1], CompletionEnd)


async def test_tokens_are_the_programs_own(start: Start) -> None:
    engine = await start()
    assert await engine.tokenize("ab") == [97, 98]
    assert await engine.detokenize([97, 98]) == "ab"
    assert await engine.count(asking("four")) == 4


async def test_vectors(start: Start) -> None:
    engine = await start(abilities=frozenset({"embedding"}))
    vectors = (await engine.embed(["a", "b"])).vectors
    assert [list(each) for each in vectors] == [[0.6, 0.8], [0.6, 0.8]]
    with pytest.raises(InvalidRequest, match="only makes embeddings"):
        await reply(engine, asking("hi"))


@pytest.mark.parametrize("name", ["vllm", "sglang"])
async def test_nobody_else_may_ask_it(start: Start, tmp_path: Path, name: str) -> None:
    engine = await start(name=name)
    process = engine._process
    if isinstance(process.address, Path):
        assert process.address.parent.stat().st_mode & 0o77 == 0
        connector: aiohttp.BaseConnector = aiohttp.UnixConnector(str(process.address))
        url = "http://localhost/v1/models"
    else:
        connector, url = aiohttp.TCPConnector(), f"http://127.0.0.1:{process.address}/v1/models"
    async with aiohttp.ClientSession(connector=connector) as session:
        for key, status in (("", 401), ("wrong", 401), (process.key, 200)):
            async with session.get(url, headers={"Authorization": f"Bearer {key}"}) as answer:
                assert answer.status == status
    # The key stands where other users of the machine cannot read it.
    for pid in descendants(os.getpid()):
        try:
            assert process.key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
    assert process.key not in logged(tmp_path)
    assert "key ***" in logged(tmp_path)
    assert log_path(settings(tmp_path), "m").stat().st_mode & 0o77 == 0


async def test_our_own_settings_are_none_of_its_business(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHSHINE_SECRET_KEY", "hidden")
    await start()
    assert "variables: []" in logged(tmp_path)


async def test_thinking_is_switched_as_the_template_wants(start: Start) -> None:
    engine = await start(chat_template="{% if enable_thinking %}<think>{% endif %}")
    sent = json.loads((await reply(engine, asking("show", reasoning_effort="none")))[0])
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}
    assert "reasoning_effort" not in sent
    sent = json.loads((await reply(engine, asking("show", reasoning_effort="high")))[0])
    assert sent["chat_template_kwargs"] == {"enable_thinking": True}
    plain = await start(chat_template="no such word")
    assert "chat_template_kwargs" not in json.loads((await reply(plain, asking("show", reasoning_effort="none")))[0])


# --- faults ----------------------------------------------------------------------------------------------------------


async def test_what_dies_at_its_start_tells_why(start: Start, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken) as caught:
        await start("dies")
    assert "ValueError: Model architectures ['Odd'] are not supported" in caught.value.message
    assert "earthshine engine logs m" in caught.value.message
    assert "Engine core initialization failed" in logged(tmp_path)


async def test_a_fault_of_an_earlier_start_is_not_told_again(start: Start) -> None:
    with pytest.raises(ModelBroken, match="Odd"):
        await start("dies")
    engine = await start()
    assert (await reply(engine, asking("hi")))[0]


async def test_what_never_serves_is_given_up(tmp_path: Path) -> None:
    program = Program(python=made(tmp_path / "vllm", "vllm"), environment={"STAND_IN": "hangs"}, start_timeout=1)
    card = Card("m", engine="vllm", path=write_folder(tmp_path / "model"))
    before = set(descendants(os.getpid()))
    with pytest.raises(ModelBroken, match="took longer than 1 s"):
        await ManagedFactory(Vllm(), lambda: ())(card, settings(tmp_path, {"vllm": program}))
    assert set(descendants(os.getpid())) <= before


async def test_one_that_dies_while_it_writes_is_started_anew(start: Start) -> None:
    engine = await start()
    text = ""
    with pytest.raises(EngineFailed, match="vLLM failed while it served 'm'"):
        async for delta in flat(engine.chat(asking("die"))):
            text += delta.text if isinstance(delta, Text) else ""
    assert text == "The light "
    assert (await reply(engine, asking("hi")))[0] == "The light is on."
    assert engine.load.restarts == 1


async def test_a_fault_of_the_program_is_no_fault_of_the_client(start: Start) -> None:
    engine = await start("broken")
    with pytest.raises(EngineFailed, match="out of memory"):
        await reply(engine, asking("hi"))
    assert engine.answers


async def test_a_fault_of_the_client_is_told(start: Start) -> None:
    engine = await start()
    with pytest.raises(InvalidRequest, match="too long") as caught:
        await reply(engine, asking("hi", sampling=Sampling(max_tokens=10**6)))
    assert caught.value.param == "max_tokens"


async def test_a_reply_that_is_closed_does_not_wait(start: Start) -> None:
    engine = await start()
    batches = engine.chat(asking("wait"))
    await anext(batches)
    assert engine.load.busy == 1
    await batches.aclose()
    assert engine.load.busy == 0


async def test_noise_is_kept_within_bounds(start: Start, tmp_path: Path) -> None:
    engine = await start("noisy")
    assert (await reply(engine, asking("hi")))[0]
    path = log_path(settings(tmp_path), "m")
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < 9 * 2**20
    assert "Application startup complete." in last_lines(path, 40), last_lines(path, 40)


async def test_all_that_it_started_ends_with_it(start: Start, tmp_path: Path) -> None:
    engine = await start("family")
    children = [int(pid) for pid in re.findall(r"child (\d+)", logged(tmp_path))]
    assert len(children) == 2 and all(map(alive, children))
    await engine.close()
    assert not any(map(alive, children))


@pytest.mark.parametrize("who", ["server", "watcher", "program"])
async def test_a_killed_server_leaves_nothing(tmp_path: Path, who: str) -> None:
    """The server, who watches the program for it, and the program: whichever is killed, no process is left."""
    python = made(tmp_path / "vllm", "vllm")
    write_folder(tmp_path / "model")
    code = f"""
import asyncio
from tests.engines.managed.test_engine import *
from pathlib import Path
async def serve():
    program = Program(python={python!r}, environment={{"STAND_IN": "family"}})
    path = Path({str(tmp_path)!r})
    card = Card("m", engine="vllm", path=path / "model")
    await ManagedFactory(Vllm(), lambda: ())(card, settings(path, {{"vllm": program}}))
    print("ready", flush=True)
    await asyncio.sleep(600)
asyncio.run(serve())
"""
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    try:
        assert server.stdout is not None
        assert await asyncio.to_thread(server.stdout.readline) == b"ready\n"
        below = descendants(server.pid)
        assert len(below) == 4  # who watches it, the program, and its two children
        watcher = next(pid for pid in below if b"earthshine.processes.program" in cmdline(pid))
        program = next(pid for pid in below if b"vllm.entrypoints" in cmdline(pid))
        os.kill({"server": server.pid, "watcher": watcher, "program": program}[who], signal.SIGKILL)
        if who == "server":
            server.wait()
        if who == "watcher":
            # Killed alone, it can no longer end what left its group; vLLM and SGLang start none such.
            await until(lambda: not alive(program) and not alive(watcher))
            outside = [pid for pid in below if alive(pid) and os.getpgid(pid) == pid]
            assert len(outside) == 1
            os.kill(outside[0], signal.SIGKILL)
        await until(lambda: not any(map(alive, below)))
    finally:
        server.kill()
        server.wait()


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
