"""`earthshine deployments add --base-url URL` without a MODEL: what the server has, and models of its list added."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main
from tests.servers import programs
from tests.servers.programs import answering, program, reply_with

KEY = "sk-of-a-vendor-0123456789"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def deployments(*arguments: str, key: str = "") -> Result:
    """Run the command, which has an event loop of its own, beside the server that it asks."""
    return await asyncio.to_thread(CliRunner().invoke, main, ["deployments", "--data", "data", *arguments], input=key)


async def add(at: str, *arguments: str, key: str = "") -> Result:
    given = ["--api-key-file", "-"] if key else []
    return await deployments("add", "--base-url", at, *given, *arguments, key=key)


async def stored() -> dict[str, dict[str, Any]]:
    """What is stored, by its name here."""
    return {each["model"]: each for each in json.loads((await deployments("list", "--json")).stdout)}


def rows(result: Result) -> dict[str, str]:
    """The table's rows by their first column."""
    assert result.exit_code == 0, result.output
    return {line.split()[0]: line for line in result.stdout.splitlines()[1:]}


async def test_the_list_is_shown_and_nothing_stored() -> None:
    async with program(programs.OLLAMA) as at:
        shown = await add(at.removeprefix("http://"))
    assert f"Ollama at {at}/v1 has 4 models." in shown.stderr
    assert "--model NAME" in shown.stderr
    found = rows(shown)
    assert list(found) == ["qwen3:8b", "gemma3:4b", "llama3.2:latest", "nomic-embed-text:latest"]
    assert found["llama3.2:latest"].split()[1] == "llama3.2"
    assert "32,768 " in found["llama3.2:latest"] + " "
    assert "4,096?" in found["gemma3:4b"]
    assert "embedding" in found["nomic-embed-text:latest"]
    assert await stored() == {}


async def test_models_are_added_with_what_is_known_of_them() -> None:
    async with program(programs.OLLAMA) as at:
        added = await add(at, "--model", "llama3.2:latest", "--model", "nomic-embed-text", "--priority", "3")
        assert added.exit_code == 0, added.output
        found = await stored()
        assert {name: each["target"] for name, each in found.items()} == {
            "llama3.2": "llama3.2:latest",
            "nomic-embed-text": "nomic-embed-text:latest",
        }
        assert found["nomic-embed-text"]["abilities"] == ["embedding"]
        assert [found["llama3.2"][name] for name in ("context_length", "priority", "base_url")] == [
            32768,
            3,
            f"{at}/v1",
        ]
        assert "offered already" in rows(await add(at))["llama3.2:latest"]
        again = await add(at, "--model", "llama3.2")
        assert (again.exit_code, again.stderr) == (
            1,
            "earthshine: 'llama3.2' is offered from there already, as 'llama3.2'.\n",
        )
        rest = await add(f"{at}/v1/", "--all")
        assert [line.split()[1] for line in rest.stdout.splitlines()] == ["qwen3:8b", "gemma3:4b"]
        nothing = await add(at, "--all")
        assert (nothing.exit_code, "offered already" in nothing.stderr) == (1, True)


async def test_a_price_a_key_and_a_way_to_go_on_are_stored() -> None:
    entry = {"id": "[red]m", "max_model_len": 4096, "owned_by": "vllm", "pricing": {"prompt": "0.000001"}}
    async with program(answering([entry, {"id": "whisper-1"}]), key=KEY) as at:
        assert "[red]m" in rows(await add(at, key=KEY))
        added = await add(at, "--all", "--price-output", "2", key=KEY)
        assert added.exit_code == 0, added.output
        assert "whisper-1" in added.stderr
        unknown = await add(at, "--model", "whisper-1", key=KEY)
        assert "--ability" in unknown.stderr
    found = await stored()
    assert list(found) == ["[red]m"]
    assert (found["[red]m"]["continues"], found["[red]m"]["key_prefix"][:5]) == ("vllm", KEY[:5])
    assert float(found["[red]m"]["price"]["output"]) == 2


@pytest.mark.parametrize(
    ("routes", "key", "arguments", "told"),
    [
        (programs.VLLM, "", (), "wants a key"),
        (programs.VLLM, "sk-wrong", (), "refused the key"),
        ({"*": reply_with("a page")}, KEY, (), "not as an OpenAI-compatible server does"),
        ({"*": reply_with({"error": "?"}, status=404)}, KEY, (), "no list of models"),
        (programs.VLLM, KEY, ("--model", "Qwen/Qwen3-32"), "Did you mean 'Qwen/Qwen3-32B'?"),
        (programs.VLLM, KEY, ("--model", "x", "--all"), "either --model or --all"),
        (programs.VLLM, KEY, ("x", "--all"), "either MODEL"),
        (programs.VLLM, KEY, ("--target", "x"), "Name the MODEL"),
    ],
)
async def test_what_is_wrong_is_one_line(routes: Any, key: str, arguments: tuple[str, ...], told: str) -> None:
    async with program(routes, key=KEY) as at:
        refused = await add(at, *arguments, key=key)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1), refused.output
    assert told in refused.stderr
    assert KEY not in refused.output


@pytest.mark.parametrize("at", ["http://127.0.0.1:1", "http://[", "ftp://x", " "])
async def test_an_address_where_nothing_is_is_one_line(at: str) -> None:
    refused = await add(at)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1), refused.output
