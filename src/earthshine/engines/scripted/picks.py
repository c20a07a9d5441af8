"""How the scripted model chooses among listed options: the probabilities that its script gives to them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from earthshine.engines.deltas import TopLogprob

_LISTED = re.compile(r"^([A-Z0-9])\. (.*)$", re.MULTILINE)


def picked(message: str, picks: Mapping[str, float]) -> tuple[TopLogprob, ...]:
    """Return the labels of the options that a message lists and `picks` names, the likeliest first."""
    listed = {label: text for label, text in _LISTED.findall(message) if text in picks}
    found = [TopLogprob(label, math.log(picks[text])) for label, text in listed.items()]
    return tuple(sorted(found, key=lambda candidate: -candidate.logprob))
