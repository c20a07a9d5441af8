"""The index of one vector store: a folder that is made from the store's rows, and may be lost at any time.

Both halves, words and vectors, know the last change that is safely in them. After a crash the store gives again what
came after the earlier of the two; what is damaged begins anew, at change 0.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earthshine.disk import full_disk_is_an_error, require_space, write_atomically
from earthshine.search.fusion import fuse
from earthshine.search.keyword_index import KeywordIndex
from earthshine.search.vector_index import VectorIndex

FORMAT = 1
"""Raised with each change of what passages are found by, so that folders of before begin anew."""
DEPTH = 200
"""Passages of each list that are fused."""
WORDS_COUNT = 2.0
"""What words are worth beside meaning, times how much of the query the best passage has of them."""

Mode = Literal["hybrid", "keywords", "vectors"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage as the index takes it."""

    id: int
    """Of its row; not negative."""
    file: int
    """The number of its file in the store; not negative."""
    text: str
    vector: bytes | None
    """As `quantize.to_int8` makes it; None: it is found by its words only."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found."""

    id: int
    score: float
    """0 to 1, beside the best of this search; 1 for what is first in each list."""
    keyword_rank: int | None
    """From 1 on; None where it is not among the best of that list."""
    vector_rank: int | None


class StoreIndex:
    """Add and find passages. Synchronous: call it in threads. One writer at a time; searches may run beside it."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        """Open a folder, or begin it anew where there is none, it is damaged, or it was made for other vectors.

        `dimensions`: of the vectors; 0 for a store that has none. Raises `StorageFull`.
        """
        self._folder = folder
        self._dimensions = dimensions
        with full_disk_is_an_error(folder, 2**20):
            folder.mkdir(parents=True, exist_ok=True)
            with self._locked():
                if _told(folder) != self._made_for():
                    self._begin()
                try:
                    self._open()
                except (ValueError, KeyError, TypeError) as error:
                    _log.warning("the index %s is damaged and begins anew: %s", folder, error)
                    self._begin()
                    self._open()

    @property
    def change(self) -> int:
        """The last change that is safely in the index; 0 when it is new, or began anew."""
        changes = [self._keywords.change] + ([self._vectors.change] if self._vectors is not None else [])
        return min(changes)

    def apply(self, added: Sequence[IndexedPassage], removed: Sequence[int], change: int) -> None:
        """Add passages, in the place of those that their ids had, and remove others; then all up to `change` is in.

        Safe on disk when it returns; applied again, it changes nothing. Raises `StorageFull`, and `ValueError` for a
        vector of another size; then `change` stays what it was, and the same may be given again.
        """
        by_id = {passage.id: passage for passage in added}
        for passage in by_id.values():
            if passage.vector is not None and len(passage.vector) != self._dimensions:
                raise ValueError(
                    f"Passage {passage.id} has a vector of {len(passage.vector)} dimensions and this index takes "
                    f"{self._dimensions}. Embed it anew with the store's model."
                )
        # Words take about as much as the text, while segments are merged twice that.
        require_space(self._folder, sum(3 * len(each.text) + len(each.vector or b"") for each in by_id.values()))
        with self._locked():
            gone = [each for each in dict.fromkeys(removed) if each not in by_id]
            if self._vectors is not None:
                with_vectors = [each for each in by_id.values() if each.vector is not None]
                without = [each.id for each in by_id.values() if each.vector is None]
                self._vectors.apply(
                    [each.id for each in with_vectors],
                    [each.file for each in with_vectors],
                    [each.vector or b"" for each in with_vectors],
                    gone + without,
                    change,
                )
            self._keywords.apply([(each.id, each.file, each.text) for each in by_id.values()], gone, change)

    def search(
        self,
        query: str,
        vector: Sequence[float] | None,
        *,
        limit: int,
        files: Collection[int] | None = None,
        mode: Mode = "hybrid",
        weights: tuple[float, float] | None = None,
    ) -> list[Hit]:
        """Return the best passages first; with `files`, only of those, and all of theirs are looked at.

        `weights`: how much words and meaning count, one of them more than 0; None: as far as each says something.
        Without a vector, or in a store without vectors, it looks for words only.
        """
        if weights is not None and not all(weights):
            mode, weights = "keywords" if weights[0] else "vectors", None
        depth = max(DEPTH, limit)
        words: list[tuple[int, float]] = []
        near: list[tuple[int, float]] = []
        share = 1.0
        if mode != "vectors" or vector is None or self._vectors is None:
            words, share = self._keywords.search(query, depth, files)
        if mode != "keywords" and vector is not None and self._vectors is not None:
            near = self._vectors.search(vector, depth, files)
        word_ranks, near_ranks = _ranks(words), _ranks(near)
        return [
            Hit(number, score, word_ranks.get(number), near_ranks.get(number))
            for number, score in fuse(words, near, weights or (WORDS_COUNT * share, 1.0))[:limit]
        ]

    def _made_for(self) -> dict[str, int]:
        return {"format": FORMAT, "dimensions": self._dimensions}

    def _begin(self) -> None:
        """Leave an empty folder, whatever was in it, and wherever this ends."""
        (self._folder / "index.json").unlink(missing_ok=True)
        for path in self._folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        write_atomically(self._folder / "index.json", json.dumps(self._made_for()).encode())

    def _open(self) -> None:
        self._keywords = KeywordIndex(self._folder / "keywords")
        self._vectors = VectorIndex(self._folder / "vectors", self._dimensions) if self._dimensions else None
        if self._vectors is not None:
            self._vectors.tidy()

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Wait for any other process that writes, or that opens and may find damage; the system frees it with us."""
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _ranks(found: Sequence[tuple[int, float]]) -> dict[int, int]:
    return {number: rank for rank, (number, _) in enumerate(found, 1)}


def _told(folder: Path) -> object:
    try:
        return json.loads((folder / "index.json").read_bytes())
    except (OSError, ValueError):
        return None
