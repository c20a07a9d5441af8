"""Vectors of texts by all-MiniLM-L6-v2, for `retrieval.py --peer`, in a Python with onnxruntime and tokenizers.

    python _retrieval_peer.py model.onnx tokenizer.json < texts.json > vectors.json

As the model's makers use it: 256 tokens, the mean of the last layer's states, made of unit length.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingImports]
from tokenizers import Tokenizer  # pyright: ignore[reportMissingImports]

_TOKENS = 256


def main(model: str, vocabulary: str) -> None:
    """Read a list of texts, write a list of vectors."""
    tokenizer: Any = Tokenizer.from_file(vocabulary)
    tokenizer.enable_truncation(_TOKENS)
    tokenizer.no_padding()
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(model, options)
    names = {each.name for each in session.get_inputs()}
    made: list[list[float]] = []
    for text in json.load(sys.stdin):
        read = tokenizer.encode(text)
        given = {"input_ids": read.ids, "attention_mask": read.attention_mask, "token_type_ids": read.type_ids}
        states = session.run(None, {name: np.array([given[name]]) for name in names})[0]
        mean = states[0].mean(axis=0) if states.ndim == 3 else states[0]
        made.append((mean / np.linalg.norm(mean)).tolist())
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
