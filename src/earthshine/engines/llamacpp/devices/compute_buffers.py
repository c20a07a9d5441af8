"""What llama.cpp's buffers for one step of work take, as its log tells of them (bench/engines/devices.py)."""

from __future__ import annotations

from dataclasses import dataclass

from earthshine.engines.llamacpp.devices.model_shape import ModelShape

_PADDED = 256
"""The engine rounds the context of each slot up to a multiple."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a model is to do at the same time."""

    slots: int
    context: int
    """Tokens of each slot."""
    batch: int
    """Tokens of one step."""

    @property
    def tokens(self) -> int:
        """Tokens that the caches hold."""
        return self.slots * (-(-self.context // _PADDED) * _PADDED)


def device_buffer(shape: ModelShape, work: Work, *, ends: bool, split: bool) -> int:
    """Return the bytes of a device's buffer; `ends`: it computes the words, `split`: the processor has layers too."""
    # What the processor has of a layer is brought here for long prompts: a tensor of weights at a time, and its cache.
    brought = shape.largest + max(shape.cache, default=0) * work.tokens if split else 0
    return max(_states(shape, work), _words(shape, work) if ends else 0) + brought


def processor_buffer(shape: ModelShape, work: Work) -> int:
    """Return the bytes of the processor's buffers, that in which it has replies ready among them."""
    return _states(shape, work) + _words(shape, work)


def _states(shape: ModelShape, work: Work) -> int:
    """Return what the tokens of one step take inside a layer, and the mask that says which of them sees which."""
    return 4 * work.batch * (4 * shape.width + 3 * shape.inner) + 2 * work.batch * work.context


def _words(shape: ModelShape, work: Work) -> int:
    """Return what the likelihoods of words take, of one token in each slot."""
    return 4 * work.slots * shape.vocabulary
