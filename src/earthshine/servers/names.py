"""Names for a server's models here: its own, shortened where that is clear, and none twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from earthshine.catalog import ALIASES


def suggest(targets: Sequence[str], taken: Collection[str]) -> list[str]:
    """Return a name for each model that no other here or among them has."""
    used = {*taken, *ALIASES}
    names: list[str] = []
    for target in targets:
        plain = target.removeprefix("models/").removesuffix(":latest").removesuffix(".gguf").strip("/ ") or target
        name = next(each for each in (plain, target, *(f"{plain}-{n}" for n in range(2, 5000))) if each not in used)
        used.add(name)
        names.append(name)
    return names
