"""SGLang's server; its arguments are those of 0.5.23. See https://docs.sglang.ai/advanced_features/server_arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from earthshine.engines.managed.dialect import Dialect, Launch, Parsers, quiet

_CONFIG = "key.yaml"


class Sglang(Dialect):
    """How SGLang is called."""

    name = "sglang"
    title = "SGLang"
    module = "sglang.launch_server"
    advice = "`pip install sglang` into a virtual environment of its own"
    on_socket = False
    continues = "none"
    counts = False
    ours: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("--model-path", "--host", "--port", "--api-key", "--admin-api-key", "--served-model-name"), ""
        ),
        **dict.fromkeys(("--config", "--grpc-mode", "--grpc-port", "--is-embedding", "--device", "--ssl-keyfile"), ""),
        "--tool-call-parser": "tool_parser",
        "--reasoning-parser": "reasoning_parser",
        "--context-length": "context",
        "--dtype": "dtype",
        **dict.fromkeys(("--tp-size", "--tensor-parallel-size"), "tensor_parallel"),
        "--mem-fraction-static": "memory_share",
        "--max-running-requests": "slots",
    }
    formats: ClassVar[Mapping[str, Parsers]] = {
        "hermes": Parsers(tools="qwen25"),
        "xml": Parsers(tools="qwen3_coder"),
        "llama3": Parsers(tools="llama3"),
        "mistral": Parsers(tools="mistral"),
        "deepseek": Parsers(tools="deepseekv3"),
        "kimi": Parsers(tools="kimi_k2"),
        "glm": Parsers(tools="glm45", reasoning="glm45"),
        "harmony": Parsers(tools="gpt-oss", reasoning="gpt-oss"),
        "think": Parsers(reasoning="deepseek-r1"),
        "switched": Parsers(reasoning="qwen3"),
    }

    def arguments(self, launch: Launch) -> Sequence[str]:
        """Return what SGLang is started with."""
        options, plan = launch.options, launch.plan
        given = {
            "--model-path": str(launch.model),
            "--served-model-name": launch.name,
            "--host": "127.0.0.1",
            "--port": str(launch.address),
            "--config": str(launch.folder / _CONFIG),
            "--dtype": options.dtype,
            "--context-length": str(plan.context),
            "--max-running-requests": str(plan.slots),
            "--tp-size": str(options.tensor_parallel),
        }
        if plan.on_processor:
            given |= {"--device": "cpu", "--max-total-tokens": str(plan.cached_tokens)}
        elif plan.memory_share:
            given["--mem-fraction-static"] = str(plan.memory_share)
        if launch.parsers.reasoning and not launch.embeds:
            given["--reasoning-parser"] = launch.parsers.reasoning
        if launch.parsers.tools and not launch.embeds:
            given["--tool-call-parser"] = launch.parsers.tools
        flags = ["--is-embedding"] if launch.embeds else []
        return [*(part for pair in given.items() for part in pair), *flags]

    def files(self, launch: Launch) -> Mapping[str, str]:
        """Return a file with the key, since all users of a machine can read arguments. JSON is YAML, too."""
        return {_CONFIG: json.dumps({"api-key": launch.key})}

    def environment(self, launch: Launch, cache: Path) -> Mapping[str, str]:
        """Return SGLang's variables."""
        return quiet(cache)
