"""Vectors in one byte per dimension: a quarter of their size, and their directions to within a degree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from earthshine.errors import InvalidRequest


def to_int8(vector: Sequence[float]) -> bytes:
    """Return a vector's direction with its largest component at 127; its length is not kept.

    Raises `InvalidRequest` where a component is not a number, or infinite.
    """
    values = np.asarray(vector, dtype=np.float64)
    largest = float(np.abs(values).max(initial=0.0))
    if not math.isfinite(largest):
        raise InvalidRequest("A vector has a component that is not a finite number. Make it anew.", param="vector")
    if largest == 0.0:
        return bytes(len(values))
    return np.rint(values * (127.0 / largest)).astype(np.int8).tobytes()
