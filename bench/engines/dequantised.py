"""Turns a GGUF file into a folder of safetensors files, for `bench.engines.managed`: whole numbers become bfloat16.

A third argument keeps only so many layers: what is said makes no sense then, and comes quickly on a busy machine.

Run by a Python that has transformers, accelerate, gguf and torch, such as vLLM's:

    /opt/vllm/bin/python bench/engines/dequantised.py smollm2.gguf smollm2/
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig  # pyright: ignore[reportMissingImports]


def main() -> None:
    """Read the file, and write the folder."""
    file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    told = {"gguf_file": file.name}
    AutoTokenizer.from_pretrained(file.parent, **told).save_pretrained(folder)
    whole = GgufConfig(gguf_file=file.name, dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(file.parent, dtype=torch.bfloat16, quantization_config=whole, **told)
    if len(sys.argv) > 3:
        model.model.layers = model.model.layers[: int(sys.argv[3])]
        model.config.num_hidden_layers = int(sys.argv[3])
    model.save_pretrained(folder)


if __name__ == "__main__":
    main()
