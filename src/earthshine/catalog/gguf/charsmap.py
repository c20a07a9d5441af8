"""Pack which characters a tokenizer replaces by which, as SentencePiece and llama.cpp keep it: `precompiled_charsmap`.

It is a trie over UTF-8 in one array ("double array"): the child of node `n` for byte `c` stands at `base(n) ^ c`, and
holds `c`, so that what does not hold it is no child. Where a replaced text ends, `base(n)` itself holds the offset of
its replacement. Source: the units of https://github.com/s-yata/darts-clone
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

_ENDS = 1 << 8
"""A replaced text ends at this node."""
_VALUE = 1 << 31
"""This is no node but the offset of a replacement."""


@dataclass(slots=True)
class _Node:
    children: dict[int, _Node] = field(default_factory=dict[int, "_Node"])
    value: int | None = None


def pack_charsmap(replacements: Mapping[str, str]) -> bytes:
    """Return the map from texts to what stands for them; neither may hold a NUL."""
    root = _Node()
    texts = bytearray()
    offsets: dict[str, int] = {}
    for replaced, by in sorted(replacements.items()):
        if by not in offsets:
            offsets[by] = len(texts)
            texts += by.encode() + b"\0"
        node = root
        for byte in replaced.encode():
            node = node.children.setdefault(byte, _Node())
        node.value = offsets[by]
    units = _arrange(root)
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + bytes(texts)


def _arrange(root: _Node) -> list[int]:
    """Give each node its place in the array."""
    units = {0: 0}
    bases: set[int] = set()
    free = 1  # below it nothing is free
    waiting = [(0, root)]
    while waiting:
        place, node = waiting.pop()
        labels = [*([0] if node.value is not None else []), *node.children]
        while free in units:
            free += 1
        base = next(
            base
            for at in count(free)
            if (base := at ^ labels[0]) not in bases and not any(base ^ label in units for label in labels)
        )
        bases.add(base)
        units[place] |= (place ^ base) << 10
        if node.value is not None:
            units[place] |= _ENDS
            units[base] = _VALUE | node.value
        for label, child in node.children.items():
            units[base ^ label] = label
            waiting.append((base ^ label, child))
    return [units.get(place, 0) for place in range((max(units) | 255) + 1)]
