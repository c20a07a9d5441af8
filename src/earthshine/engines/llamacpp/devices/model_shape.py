"""What the parts of a model take, as llama.cpp hands them out: its inputs, its layers, and what follows the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.catalog.card import Card
from earthshine.catalog.gguf.header import Header, read_header
from earthshine.catalog.sources import split_files

_LAYER = re.compile(r"blk\.(\d+)\.")
_OTHERWISE = ("enc.", "dec.")
"""Tensors of models whose layers llama.cpp counts in another way."""
_STATES = ("ssm.", "wkv.", "shortconv.")
"""Settings of models in which layers keep a state for each reply, whose size no header tells."""


class Unplaceable(Exception):
    """The parts of a model are not known well enough to be handed out; the message is for people."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes are bytes."""

    layers: tuple[int, ...]
    """Weights of each layer."""
    cache: tuple[int, ...]
    """What one token of context takes in each layer."""
    inputs: int
    """Weights that always stay with the processor: those of the vocabulary."""
    output: int
    """Weights that follow the last layer."""
    copied: bool
    """Whether they are a copy of the inputs' that a device gets, and the processor does without."""
    largest: int
    """Of one tensor in the layers."""
    width: int
    """Numbers of one token's state."""
    inner: int
    """Numbers of one token's state inside a layer, where it is widest."""
    heads: int
    vocabulary: int
    """Words that an output is computed for; 0 for a model that writes none."""
    projector: int = 0
    """What turns pictures into tokens, with its work."""


def model_shape(card: Card, projector: int = 0) -> ModelShape:
    """Read the shape of an installed model. Raises `ModelBroken`, and `Unplaceable` for kinds that are not known."""
    assert card.path is not None
    return shape_of([read_header(path) for path in split_files(card.path)], projector)


def shape_of(headers: Sequence[Header], projector: int = 0) -> ModelShape:
    """Return the shape of a model from the headers of its files."""
    first = headers[0]
    tensors = [tensor for header in headers for tensor in header.tensors]
    count, kind = first.number("block_count"), first.architecture
    if states := next(
        (key for key in first.metadata if key.startswith(tuple(f"{kind}.{each}" for each in _STATES))), ""
    ):
        raise Unplaceable(f"layers of a {kind} keep states ({states})")
    if any(tensor.name.startswith(_OTHERWISE) for tensor in tensors) or not 0 < count <= 10_000:
        raise Unplaceable(f"the layers of a {kind or 'nameless kind'} are not counted here")
    layers, inputs, output, largest = [0] * count, 0, 0, 0
    for tensor in tensors:
        if (found := _LAYER.match(tensor.name)) is not None and int(found[1]) < count:
            layers[int(found[1])] += tensor.bytes
            largest = max(largest, tensor.bytes)
        elif tensor.name.startswith("output"):
            output += tensor.bytes
        else:
            inputs += tensor.bytes
    words = next((tensor for tensor in tensors if tensor.name == "token_embd.weight"), None)
    copied = not first.embeds and words is not None and all(tensor.name != "output.weight" for tensor in tensors)
    # What reads in both directions keeps nothing of a token.
    keeps = first.metadata.get(f"{kind}.attention.causal") is not False
    cache = first.kv_bytes_by_layer if keeps else ()
    return ModelShape(
        layers=tuple(layers),
        cache=cache if len(cache) == count else (-(-sum(cache) // count),) * count,
        inputs=inputs,
        output=output + (words.bytes if copied and words is not None else 0),
        copied=copied,
        largest=largest,
        width=first.number("embedding_length"),
        inner=max(
            first.number("embedding_length"),
            first.number("feed_forward_length"),
            first.number("expert_feed_forward_length") * first.number("expert_used_count"),
        ),
        heads=first.number("attention.head_count"),
        vocabulary=words.shape[-1] if words is not None and not first.embeds else 0,
        projector=projector,
    )
