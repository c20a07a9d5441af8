"""Vectors that are near a query's: by the signs of their components first, then by their bytes.

The signs, of what is left of a vector without the mean of all, lie in memory, 48 bytes for 384 dimensions; a few
instructions count how many agree with the query's. The best candidates, and all where there are not many, are compared
by their bytes, which stay on disk until then. There is no graph: what is removed is gone at once, and a filter is
exact. Each search sees one state, which a change replaces and never alters.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earthshine.disk import write_atomically
from earthshine.search.rows_file import Place, RowsFile
from earthshine.search.vector_state import Floats, Mask, State, empty, grown, numbers, signs_of, unchanged

EXACT = 20_000
"""Up to so many rows are compared by their bytes at once, without the signs."""
CANDIDATES = 2000
"""Rows of a larger index that are compared by their bytes, at least."""
CANDIDATE_SHARE = 100
"""And at least one row in so many: the signs tell the ten nearest of a dense neighbourhood only roughly apart."""
_CHUNK = 65_536
"""Rows that are worked on at once, so that they stay in the processor's cache."""
_ROWS = 2048
"""The same of rows as floating-point numbers."""
_LEAST_DEAD = 4096
"""Rows without a passage for which it is not worth while to write the others anew."""


class VectorIndex:
    """The vectors of one store, `dimensions` bytes each. One writer; searches may run beside it, in any thread."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder = folder
        self._dimensions = dimensions
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._open()

    @property
    def change(self) -> int:
        """The last change that is safely in the index."""
        # Who asks does not wait for a search that takes in what is new.
        if self._lock.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._lock.release()
        return self._state.change

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return int(self._state.alive.sum())

    def apply(
        self, ids: Sequence[int], files: Sequence[int], vectors: Sequence[bytes], removed: Sequence[int], change: int
    ) -> None:
        """Add vectors, in the place of those that their ids had, and remove others; safe on disk when it returns."""
        state = self._current()
        new, known = numbers(ids), unchanged(state, ids, files, vectors)
        keep = [place for place, each in enumerate(new.tolist()) if each not in known]
        gone = np.setdiff1d(numbers(removed), new)
        gone = gone[np.isin(gone, state.ids[: len(state.rows)][state.alive])]
        if not keep and not len(gone) and change <= state.change:
            return
        chosen = b"".join(vectors[place] for place in keep)
        self._file.append(state.place, max(change, state.change), new[keep], numbers(files)[keep], chosen, gone)
        self._current()
        if self._dead() > max(_LEAST_DEAD, self.count):
            self._compact()

    def search(
        self, vector: Sequence[float], limit: int, files: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the ids and cosines of the nearest vectors, best first; with `files`, of those that belong to one."""
        state = self._current()
        query = np.asarray(vector, dtype=np.float32)
        length = float(np.linalg.norm(query))
        count = len(state.rows)
        wanted = state.alive
        if files is not None:
            wanted = wanted & np.isin(state.files[:count], numbers(list(files)))
        rows = np.flatnonzero(wanted)
        if not len(rows) or not 0 < length < np.inf:
            return []
        query = query / np.float32(length)
        if len(rows) > EXACT:
            rows = _candidates(state, query, wanted, max(CANDIDATES, 10 * limit, count // CANDIDATE_SHARE))
        cosines = _cosines(state, query, rows)
        # Among equals the lowest id, so that the same is found each time.
        best = np.lexsort((state.ids[rows], -cosines))[:limit]
        return [(int(state.ids[rows[each]]), float(cosines[each])) for each in best]

    def tidy(self) -> None:
        """Remove generations that are not in use; who still reads one keeps its files until then."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name != str(self._generation):
                shutil.rmtree(folder, ignore_errors=True)

    def _current(self) -> State:
        with self._lock:
            self._refresh()
            return self._state

    def _open(self) -> None:
        """Open the generation that is in use, or begin the first; with the lock held, but for the first time."""
        self._generation = self._named()
        folder = self._folder / str(self._generation)
        folder.mkdir(exist_ok=True)
        self._file = RowsFile(folder, self._dimensions)
        self._state = empty(self._dimensions)
        self._seen = (-1, -1)
        self._refresh()

    def _refresh(self) -> None:
        """Take in, with the lock held, what was written since, by this index or by another one on the same folder."""
        if self._named() != self._generation:
            self._open()
            return
        stamp = self._file.stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        if blocks := list(self._file.blocks(self._state.place)):
            self._state = grown(self._state, blocks, self._file)

    def _named(self) -> int:
        """Return the generation that is in use: the first where nothing that can be read says so."""
        try:
            return int((self._folder / "current").read_bytes())
        except (OSError, ValueError):
            return 0

    def _dead(self) -> int:
        return len(self._state.rows) - self.count

    def _compact(self) -> None:
        """Write the rows that count into a generation of their own, and only then leave the old one."""
        state, generation = self._state, self._generation + 1
        folder = self._folder / str(generation)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        file, place = RowsFile(folder, self._dimensions), Place()
        alive = np.flatnonzero(state.alive)
        nothing = np.zeros(0, dtype=np.int64)
        for start in range(0, max(len(alive), 1), _CHUNK):
            rows = alive[start : start + _CHUNK]
            place = file.append(
                place, state.change, state.ids[rows], state.files[rows], state.rows[rows].tobytes(), nothing
            )
        write_atomically(self._folder / "current", str(generation).encode())
        self._current()
        self.tidy()


def _candidates(state: State, query: Floats, wanted: Mask, least: int) -> NDArray[np.intp]:
    """Return the rows, among those that are wanted, whose signs agree most with the query's: `least` and their ties."""
    count = len(state.rows)
    signs = signs_of((query > state.mean)[None, :])[:, 0]
    apart = np.zeros(count, dtype=np.uint16)
    for start in range(0, count, _CHUNK):
        piece = apart[start : start + _CHUNK]
        for word, bits in zip(signs, state.signs, strict=True):
            piece += np.bitwise_count(bits[start : min(start + _CHUNK, count)] ^ word)
    apart[~wanted] = np.iinfo(np.uint16).max
    nearer = np.cumsum(np.bincount(apart, minlength=state.rows.shape[1] + 1)[: state.rows.shape[1] + 1])
    furthest = min(int(np.searchsorted(nearer, least)), state.rows.shape[1])
    return np.flatnonzero(apart <= furthest)


def _cosines(state: State, query: Floats, rows: NDArray[np.intp]) -> Floats:
    pieces = [state.rows[rows[start : start + _ROWS]] for start in range(0, len(rows), _ROWS)]
    # Not `@`: it has threads, which wait for each other longer than all of it takes where other things run too.
    dots = np.concatenate([np.einsum("ij,j->i", piece.astype(np.float32), query) for piece in pieces])
    return (dots / np.maximum(state.lengths[rows], 1)).astype(np.float32)
