"""vLLM and SGLang as programs that we start, watch and end: for folders of safetensors files. Start at `engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earthshine.engines.registry import Factory


def provide_vllm() -> Factory:
    """Return the factory of vLLM engines. Whether the program is there, its settings tell: loading finds out."""
    from earthshine.engines.managed.factory import ManagedFactory
    from earthshine.engines.managed.vllm import Vllm

    return ManagedFactory(Vllm())


def provide_sglang() -> Factory:
    """Return the factory of SGLang engines; see `provide_vllm`."""
    from earthshine.engines.managed.factory import ManagedFactory
    from earthshine.engines.managed.sglang import Sglang

    return ManagedFactory(Sglang())
