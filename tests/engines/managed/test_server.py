"""A folder of safetensors files behind a whole server: installed by the command, used by the official SDK."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openai import APIStatusError, BadRequestError, OpenAI
from PIL import Image

from earthshine.processes.tree import descendants
from tests.catalog.safetensors.folders import write_folder
from tests.engines.managed.stand_in import made
from tests.patience import PATIENCE
from tests.server_process import ServerProcess, start_server


def earthshine(data: Path, *words: str, fails: bool = False) -> str:
    """Run a command, and return what it printed."""
    environment = {**os.environ, "EARTHSHINE_DATA": str(data), "EARTHSHINE_MANAGED_ENGINES": programs(data.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "earthshine", *words], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout + done.stderr


def programs(folder: Path) -> str:
    return json.dumps({"vllm": {"python": str(folder / "vllm" / "python")}})


@pytest.fixture(scope="module")
async def seeing(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ServerProcess]:
    folder = tmp_path_factory.mktemp("managed")
    made(folder / "vllm", "vllm")
    write_folder(folder / "Tiny-1B", shards=2, vision_config={})
    write_folder(folder / "Blind-1B")
    for name in ("Tiny-1B", "Blind-1B"):
        earthshine(folder / "data", "pull", f"file:{folder / name}", "--engine", "vllm")
    server = await start_server(
        folder / "data", "--no-embedded-model", env={"EARTHSHINE_MANAGED_ENGINES": programs(folder)}
    )
    yield server
    await server.stop()


@pytest.fixture
def sdk(seeing: ServerProcess) -> OpenAI:
    return OpenAI(base_url=f"{seeing.url}/v1", api_key=seeing.key, max_retries=0)


def test_both_apis_are_served_and_it_ends_with_the_server(seeing: ServerProcess, sdk: OpenAI) -> None:
    chat = sdk.chat.completions.create(model="tiny-1b", messages=[{"role": "user", "content": "hi"}])
    assert chat.choices[0].message.content == "The light is on."
    assert chat.usage is not None and chat.usage.prompt_tokens == 7
    assert sdk.responses.create(model="tiny-1b", input="hi").output_text == "The light is on."
    assert sdk.completions.create(model="tiny-1b", prompt="once").choices[0].text == "The light is on."
    told: Any = sdk.get("/../earthshine/v1/engines", cast_to=object)
    (engine,) = [each for each in told["data"] if each["model"] == "tiny-1b"]
    assert (engine["engine"], engine["state"], engine["context_length"]) == ("vllm", "ready", 4095)
    assert any(b"vllm.entrypoints" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in descendants(seeing.pid))


def test_tools_and_schemas_go_to_the_program(sdk: OpenAI) -> None:
    tool: Any = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    form: Any = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    message: Any = {"role": "user", "content": "show"}
    sent = sdk.chat.completions.create(model="tiny-1b", messages=[message], tools=[tool]).choices[0].message.content
    assert json.loads(sent or "")["tools"][0]["function"]["name"] == "f"
    sent = sdk.chat.completions.create(model="tiny-1b", messages=[message], response_format=form).choices[0]
    assert json.loads(sent.message.content or "")["response_format"]["json_schema"]["schema"] == {"type": "object"}


def shown(kind: str) -> Any:
    file = BytesIO()
    Image.new("RGB", (64, 64), "red").save(file, kind)
    url = f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
    return {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "show"}],
    }


def test_pictures_are_drawn_anew(sdk: OpenAI) -> None:
    sent = sdk.chat.completions.create(model="tiny-1b", messages=[shown("JPEG")]).choices[0].message.content
    url = json.loads(sent or "")["messages"][-1]["content"][0]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,")
    assert base64.b64decode(url.partition(",")[2]).startswith(b"\x89PNG")


def test_no_address_of_a_client_reaches_the_program(sdk: OpenAI) -> None:
    part: Any = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/secret.png"}}
    with pytest.raises(APIStatusError) as caught:
        sdk.chat.completions.create(model="tiny-1b", messages=[{"role": "user", "content": [part]}])
    assert caught.value.status_code == 400


def test_a_model_that_does_not_see_says_so(sdk: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="see"):
        sdk.chat.completions.create(model="blind-1b", messages=[shown("PNG")])


def test_commands_tell_of_it(seeing: ServerProcess, sdk: OpenAI) -> None:
    sdk.chat.completions.create(model="tiny-1b", messages=[{"role": "user", "content": "hi"}])
    assert "Application startup complete." in earthshine(seeing.data, "engine", "logs", "tiny-1b")
    assert len(earthshine(seeing.data, "engine", "logs", "tiny-1b", "--lines", "1").splitlines()) == 1
    assert "nobody" in earthshine(seeing.data, "engine", "logs", "nobody", fails=True)
    findings = json.loads(earthshine(seeing.data, "doctor", "--json"))
    (found,) = [each for each in findings if each["what"] == "vllm for tiny-1b"]
    assert found["state"] == "ok"
    listed = json.loads(earthshine(seeing.data, "models", "--json"))["installed"]
    assert {each["engine"] for each in listed if each["name"].endswith("1b")} == {"vllm"}


async def test_a_killed_server_leaves_no_program(tmp_path: Path) -> None:
    made(tmp_path / "vllm", "vllm")
    write_folder(tmp_path / "m")
    await asyncio.to_thread(earthshine, tmp_path / "data", "pull", f"file:{tmp_path / 'm'}")
    options = {"EARTHSHINE_MANAGED_ENGINES": programs(tmp_path)}
    server = await start_server(tmp_path / "data", "--no-embedded-model", env=options)
    sdk = OpenAI(base_url=f"{server.url}/v1", api_key=server.key)
    await asyncio.to_thread(sdk.responses.create, model="m", input="hi")
    below = [pid for pid in descendants(server.pid) if b"vllm.entry" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert below
    await server.kill()
    async with asyncio.timeout(PATIENCE):
        while any(Path(f"/proc/{pid}").exists() for pid in below):
            await asyncio.sleep(0.05)
