"""How fast and how well passages are found: 100,000 and 1,000,000 of them, by words, by vectors, and by both.

    python -m bench.library.passages --vectors real.npy --queries queries.npy [--passages 100000]

The texts are made of real words, which occur as often as words do (Zipf), in four languages: those of the programs'
translations that Debian carries in /usr/share/locale. The vectors are real ones (float32, one row each) and, where more
are needed, mixtures of two real ones of the same neighbourhood with a little noise. What must be reached: p95 below 60
ms with 100,000 passages, below 200 ms with 1,000,000 and recall@10 of at least 0.95 of the exact search.
"""

from __future__ import annotations

import argparse
import gettext
import json
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earthshine.search.quantize import to_int8
from earthshine.search.store_index import IndexedPassage, Mode, StoreIndex

LANGUAGES = {"ar": 0.25, "fr": 0.25, "zh_CN": 0.25, "en": 0.25}
WORDS = 60
"""Words of a passage, about 400 characters."""
QUERY_WORDS = 6
STEP = 10_000
"""Passages of a change."""

Floats = NDArray[np.float32]


def vocabularies() -> dict[str, list[str]]:
    """Return the words of each language, the most frequent first."""
    counted = {language: Counter[str]() for language in LANGUAGES}
    for language in ("ar", "fr", "zh_CN"):
        for path in sorted(Path("/usr/share/locale").glob(f"{language}/LC_MESSAGES/*.mo")):
            with path.open("rb") as file:
                known: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
            for original, translated in known.items():
                counted[language].update(re.findall(r"[^\W\d_]+", translated))
                if isinstance(original, str):
                    counted["en"].update(re.findall(r"[^\W\d_]+", original))
    return {language: [word for word, _ in words.most_common(50_000)] for language, words in counted.items()}


class Texts:
    """Passages and queries of made-up sentences."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._words = vocabularies()

    def take(self, count: int, words: int) -> list[str]:
        """Return so many texts of so many words."""
        languages = self._random.choice(list(LANGUAGES), size=count, p=list(LANGUAGES.values()))
        return [self._text(str(language), words) for language in languages]

    def _text(self, language: str, words: int) -> str:
        known = self._words[language]
        # The frequency of a word is as its rank to the power of -1.1.
        drawn = self._random.zipf(1.1, size=words) - 1
        ranks: list[int] = (np.minimum(drawn, 10**9) % len(known)).tolist()
        return ("" if language == "zh_CN" else " ").join(known[rank] for rank in ranks)


def enlarged(real: Floats, count: int) -> Floats:
    """Return `count` vectors: the real ones, then mixtures."""
    random = np.random.default_rng(7)
    if count <= len(real):
        return real[:count]
    made = np.empty((count, real.shape[1]), dtype=np.float32)
    made[: len(real)] = real
    nearest = np.concatenate(
        [np.argsort(-(real[at : at + 1000] @ real.T), axis=1)[:, 1:9] for at in range(0, len(real), 1000)]
    )
    for start in range(len(real), count, STEP):
        size = min(STEP, count - start)
        first = random.integers(len(real), size=size)
        second = nearest[first, random.integers(8, size=size)]
        share = random.uniform(0.2, 0.8, size=(size, 1)).astype(np.float32)
        mixed = share * real[first] + (1 - share) * real[second]
        mixed += random.normal(0, 0.01, size=mixed.shape).astype(np.float32)
        made[start : start + size] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return made


def timed(asked: Callable[[int], object], count: int) -> dict[str, float]:
    """Return milliseconds of the middle and of the 95th of 100."""
    taken: list[float] = []
    for number in range(count):
        begun = time.perf_counter()
        asked(number)
        taken.append(1000 * (time.perf_counter() - begun))
    return {"p50_ms": round(float(np.percentile(taken, 50)), 1), "p95_ms": round(float(np.percentile(taken, 95)), 1)}


def measure(count: int, real: Floats, queries: Floats, folder: Path) -> dict[str, object]:
    """Build an index and search it."""
    texts, vectors = Texts(1), enlarged(real, count)
    index = StoreIndex(folder, real.shape[1])
    indexing = 0.0
    for start in range(0, count, STEP):
        passages = texts.take(min(STEP, count - start), WORDS)
        added = [
            IndexedPassage(number, number // 50, text, to_int8(vectors[number].tolist()))
            for number, text in enumerate(passages, start)
        ]
        begun = time.perf_counter()
        index.apply(added, [], start + STEP)
        indexing += time.perf_counter() - begun
    begun = time.perf_counter()
    index = StoreIndex(folder, real.shape[1])
    opening = time.perf_counter() - begun
    asked = texts.take(len(queries), QUERY_WORDS)
    some = list(range(0, count // 50, 50))
    found: dict[str, object] = {
        "passages": count,
        "vectors_real": min(len(real), count),
        "indexed_per_second": round(count / indexing),
        "opened_in_s": round(opening, 2),
        "disk_mb": {part: megabytes(folder / part) for part in ("keywords", "vectors")},
    }

    def search(mode: Mode, files: list[int] | None = None) -> Callable[[int], object]:
        return lambda number: index.search(asked[number], queries[number].tolist(), limit=10, mode=mode, files=files)

    for mode in ("keywords", "vectors", "hybrid"):
        timed(search(mode), min(10, len(queries)))
        found[mode] = timed(search(mode), len(queries))
    found["hybrid_in_2_percent_of_files"] = timed(search("hybrid", some), len(queries))
    hits = recalled = 0
    for start in range(0, len(queries), 50):
        nearest = np.argsort(-(vectors @ queries[start : start + 50].T), axis=0)[:10].T
        for number, exact in enumerate(nearest, start):
            seen = {hit.id for hit in index.search("", queries[number].tolist(), limit=10, mode="vectors")}
            recalled += len(seen & set(exact.tolist()))
            hits += 10
    found["recall_at_10"] = round(recalled / hits, 4)
    found["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def megabytes(folder: Path) -> int:
    """Return what a folder takes on the disk."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6)


def main() -> None:
    """Measure and print one line of JSON per size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--passages", type=int, action="append")
    arguments = parser.parse_args()
    real, queries = np.load(arguments.vectors), np.load(arguments.queries)
    for count in arguments.passages or [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            print(json.dumps(measure(count, real, queries, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
