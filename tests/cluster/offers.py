"""What is offered in tests: a model in a file of a few bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from earthshine.catalog.card import Card
from earthshine.cluster.applications import KEY
from earthshine.cluster.coordinator import Report
from earthshine.cluster.terms import Offer, Terms, WeightFile

ENTRY = "http://10.0.0.1:8001/small/v1"


def offer(*files: Path, secret: str = "abcdefgh", **card: Any) -> Offer:
    """Return an offer of a chat model, with these files."""
    known = tuple(
        WeightFile(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files
    )
    given = {"path": files[0] if files else None, "abilities": frozenset({"chat"}), **card}
    return Offer(Card("small", **given), Terms(least=0, most=4, slots=3), known, KEY + secret, ENTRY)


def report(number: int, running: int = 0) -> Report:
    """Return what a replica tells."""
    return Report(f"r{number}", f"http://10.0.0.{number}:9000/v1", f"10.0.0.{number}", running, 2048)
