"""What a program is started with: arguments, options, parsers, plan, and which Python has it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog.card import Card
from earthshine.devices.device import Device
from earthshine.engines.managed.dialect import Dialect, Launch, Parsers
from earthshine.engines.managed.factory import ManagedFactory
from earthshine.engines.managed.installation import installation
from earthshine.engines.managed.options import model_options
from earthshine.engines.managed.parsers import parsers
from earthshine.engines.managed.plan import GPU_BYTES, make_plan, visible
from earthshine.engines.managed.sglang import Sglang
from earthshine.engines.managed.vllm import Vllm
from earthshine.engines.placing import Taken
from earthshine.engines.registry import factory
from earthshine.errors import ModelBroken, Unavailable
from earthshine.settings import Settings
from earthshine.settings_tables import EngineOptions, ManagedEngine
from tests.engines.managed.stand_in import made

CARD = Card("m", engine="vllm", context_length=32_768, size=2**30, parameters=2**29, kv_bytes=2**16)
GIB = 2**30


def card(number: int, memory: int = 80 * GIB, **fields: Any) -> Device:
    return replace(Device(f"CUDA{number}", "H100", "nvidia", memory, memory, "cuda"), **fields)


def settings(**program: Any) -> Settings:
    return Settings(managed_engines={"vllm": ManagedEngine(**program)}, memory_budget=16 * 1024)


def launched(dialect: Dialect, options: EngineOptions, gpus: list[Device], **fields: Any) -> dict[str, str]:
    """Return the arguments by their names; flags have no value."""
    plan = make_plan(CARD, settings(), options, gpus, {})
    address = Path("/run/x/engine.sock") if dialect.on_socket else 4000
    given = Launch("m", Path("/models/m"), address, Path("/run/x"), "secret", plan, options, Parsers(), embeds=False)
    told = list(dialect.arguments(replace(given, **fields)))
    found: dict[str, str] = {}
    for argument, after in zip(told, [*told[1:], "--"], strict=True):
        if argument.startswith("--"):
            found[argument] = "" if after.startswith("--") else after
    return found


def test_vllm_on_gpus() -> None:
    options = EngineOptions(tensor_parallel=2, memory_share=0.8, dtype="bfloat16")
    told = launched(Vllm(), options, [card(0), card(1)], parsers=Parsers("hermes", "qwen3"))
    assert told["--model"] == "/models/m"
    assert told["--uds"] == "/run/x/engine.sock"
    assert told["--tensor-parallel-size"] == "2"
    assert told["--gpu-memory-utilization"] == "0.8"
    assert (told["--dtype"], told["--max-num-seqs"], told["--max-model-len"]) == ("bfloat16", "16", "32768")
    assert (told["--tool-call-parser"], told["--reasoning-parser"]) == ("hermes", "qwen3")
    assert "--enable-auto-tool-choice" in told
    assert "--kv-cache-memory-bytes" not in told
    assert "secret" not in told.values()


def test_vllm_on_the_processor_takes_a_cache_of_known_size() -> None:
    told = launched(Vllm(), EngineOptions(context=1024), [])
    assert int(told["--kv-cache-memory-bytes"]) >= 1024 * CARD.kv_bytes
    assert "--tool-call-parser" not in told
    assert "--gpu-memory-utilization" not in told


def test_vllm_for_vectors() -> None:
    told = launched(Vllm(), EngineOptions(), [], embeds=True, parsers=Parsers("hermes", "qwen3"))
    assert told["--runner"] == "pooling"
    assert "--tool-call-parser" not in told
    assert "--reasoning-parser" not in told


def test_sglang() -> None:
    options = EngineOptions(tensor_parallel=2, memory_share=0.8)
    told = launched(Sglang(), options, [card(0), card(1)], parsers=Parsers("qwen25", "qwen3"))
    assert (told["--model-path"], told["--host"], told["--port"]) == ("/models/m", "127.0.0.1", "4000")
    assert (told["--tp-size"], told["--mem-fraction-static"], told["--context-length"]) == ("2", "0.8", "32768")
    assert (told["--tool-call-parser"], told["--reasoning-parser"]) == ("qwen25", "qwen3")
    assert told["--config"] == "/run/x/key.yaml"
    assert "secret" not in told.values()
    assert launched(Sglang(), options, [])["--device"] == "cpu"
    assert "--is-embedding" in launched(Sglang(), options, [card(0), card(1)], embeds=True)


# --- options ---------------------------------------------------------------------------------------------------------


def test_a_models_table_goes_before_its_programs() -> None:
    own = EngineOptions(tensor_parallel=4, arguments=["--seed", "8"], environment={"B": "2"})
    given = settings(
        tensor_parallel=2, dtype="float16", arguments=["--enforce-eager"], environment={"A": "1"}, models={"m": own}
    )
    found = model_options(CARD, Vllm(), given)
    assert (found.tensor_parallel, found.dtype) == (4, "float16")
    assert found.arguments == ["--enforce-eager", "--seed", "8"]
    assert found.environment == {"A": "1", "B": "2"}
    assert model_options(replace(CARD, name="other"), Vllm(), given).tensor_parallel == 2


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--host=0.0.0.0", "Earthshine sets it itself"),
        ("--api-key=x", "Earthshine sets it itself"),
        ("--api_key=x", "Earthshine sets it itself"),
        ("--API-KEY", "Earthshine sets it itself"),
        ("--served-mod=x", "means --served-model-name"),
        ("--max-model-len=5", "set `context` instead"),
        ("--tensor-parallel-size=2", "set `tensor_parallel` instead"),
        ("-tp=2", "by its long name"),
        ("; rm -rf /", "by its long name"),
        ("--", "by its long name"),
        ("--seed=\0", "by its long name"),
    ],
)
def test_arguments_that_cannot_be_given(argument: str, said: str) -> None:
    with pytest.raises(Unavailable, match=said) as caught:
        model_options(CARD, Vllm(), settings(arguments=[argument]))
    assert "managed_engines.vllm" in caught.value.message


def test_two_values_behind_one_name_are_none() -> None:
    with pytest.raises(Unavailable, match="'9' is no argument"):
        model_options(CARD, Vllm(), settings(arguments=["--seed", "8", "9"]))


@pytest.mark.parametrize("environment", [{"VLLM_API_KEY": "mine"}, {"A B": "1"}, {"A": "\0"}])
def test_variables_that_cannot_be_given(environment: dict[str, str]) -> None:
    with pytest.raises(Unavailable, match="environment"):
        model_options(CARD, Vllm(), settings(environment=environment))


# --- parsers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "tools", "reasoning"),
    [
        ("{% if tools %}<tool_call>{% endif %}", "hermes", ""),
        ("{% if tools %}<tool_call><function=f>{% endif %}{{ enable_thinking }}<think>", "qwen3_coder", "qwen3"),
        ("{% if tools %}[TOOL_CALLS]{% endif %}", "mistral", ""),
        ("{% if tools %}<|python_tag|>{% endif %}", "llama3_json", ""),
        ("{% if tools %}<｜tool▁calls▁begin｜>{% endif %}</think>", "deepseek_v3", "deepseek_r1"),
        ("{% if tools %}<tool_call><arg_key>{% endif %}{{ enable_thinking }}</think>", "glm45", "glm45"),
        ("{% if tools %}<|channel|>{% endif %}", "openai", "openai_gptoss"),
        ("{% if tools %}in a way that nobody knows{% endif %}", "", ""),
        ("<tool_call> in words only", "", ""),
        ("", "", ""),
    ],
)
def test_parsers_are_told_by_the_template(template: str, tools: str, reasoning: str) -> None:
    assert parsers(template, Vllm(), EngineOptions()) == Parsers(tools, reasoning)


def test_parsers_can_be_given_and_switched_off() -> None:
    template = "{% if tools %}<tool_call>{% endif %}<think>"
    assert parsers(template, Vllm(), EngineOptions(tool_parser="none", reasoning_parser="own")) == Parsers("", "own")


# --- plan ------------------------------------------------------------------------------------------------------------


def test_the_context_is_what_the_gpus_hold() -> None:
    small = make_plan(CARD, settings(), EngineOptions(), [card(0, 4 * GIB)], {})
    room = int(4 * GIB * 0.9) - GIB - GPU_BYTES
    assert small.context == room // 2**16 // 1024 * 1024
    assert [(share.id, share.memory) for share in small.devices] == [("CUDA0", int(4 * GIB * 0.9))]
    assert make_plan(CARD, settings(), EngineOptions(context=2048), [card(0)], {}).context == 2048
    assert make_plan(CARD, settings(), EngineOptions(), [card(0)], {}).context == CARD.context_length
    assert make_plan(CARD, settings(), EngineOptions(), [card(0, memory=0)], {}).context == CARD.context_length


def test_what_other_models_have_is_left_to_them() -> None:
    had = {"CUDA0": Taken(reserved=40 * GIB)}
    told = make_plan(CARD, settings(), EngineOptions(), [card(0)], had)
    assert (told.memory_share, told.crowded) == (0.45, True)
    idle = make_plan(CARD, settings(), EngineOptions(), [card(0)], {"CUDA0": Taken(40 * GIB, idle=40 * GIB)})
    assert (idle.memory_share, idle.crowded) == (0, False)
    assert sum(each.layers for each in idle.devices) > sum(each.layers for each in told.devices)
    given = make_plan(CARD, settings(), EngineOptions(memory_share=0.9), [card(0)], had)
    assert (given.memory_share, given.crowded) == (0.9, False)


def test_wide_numbers_take_more_of_the_machine() -> None:
    narrow = make_plan(CARD, settings(), EngineOptions(context=4096), [], {})
    wide = make_plan(CARD, settings(), EngineOptions(context=4096, dtype="float32"), [], {})
    assert wide.memory - narrow.memory >= GIB


def test_the_program_sees_the_cards_that_its_environment_names() -> None:
    devices = [card(0), card(1), card(2, maker="software"), card(3, shared=True)]
    assert [each.id for each in visible(devices, EngineOptions())] == ["CUDA0", "CUDA1"]
    named = EngineOptions(environment={"CUDA_VISIBLE_DEVICES": "1"})
    assert [each.id for each in visible(devices, named)] == ["CUDA1"]
    assert visible(devices, EngineOptions(environment={"CUDA_VISIBLE_DEVICES": ""})) == []


async def test_more_gpus_than_there_are(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    python = made(tmp_path / "vllm", "vllm", torch="2.0")
    given = Settings(data=tmp_path, managed_engines={"vllm": ManagedEngine(python=python, tensor_parallel=2)})
    with pytest.raises(Unavailable, match="over 2 GPUs, and sees 1"):
        await ManagedFactory(Vllm(), lambda: [card(0)])(replace(CARD, path=tmp_path / "m"), given)


# --- installation ----------------------------------------------------------------------------------------------------


def test_a_python_that_has_it(tmp_path: Path) -> None:
    found = installation(Vllm(), ManagedEngine(python=made(tmp_path / "vllm", "vllm")))
    assert (found.version, found.on_processor) == ("1.0", True)
    assert not installation(Vllm(), ManagedEngine(python=made(tmp_path / "2", "vllm", torch="2.0"))).on_processor


def test_a_python_that_lacks_it_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match=r"pip install sglang.*managed_engines\.sglang\.python"):
        installation(Sglang(), ManagedEngine(python=sys.executable))


@pytest.mark.parametrize(("python", "said"), [("/no/such/python", "cannot be run"), ("/bin/true", "does not answer")])
def test_what_is_no_python(python: str, said: str) -> None:
    with pytest.raises(Unavailable, match=said):
        installation(Vllm(), ManagedEngine(python=python))


@pytest.mark.parametrize("name", ["vllm", "sglang"])
async def test_a_folder_that_has_gone(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelBroken, match="reads folders of safetensors files"):
        await factory(name)(replace(CARD, path=tmp_path / "gone", source="file:/gone"), Settings(data=tmp_path))


def test_settings_are_read_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"vllm": {"python": "/opt/vllm/bin/python", "models": {"m": {"tensor_parallel": 2}}}}
    monkeypatch.setenv("EARTHSHINE_MANAGED_ENGINES", json.dumps(given))
    found = Settings().managed_engines["vllm"]
    assert (found.python, found.models["m"].tensor_parallel) == ("/opt/vllm/bin/python", 2)
