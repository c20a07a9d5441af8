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
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earthshine.disk import write_atomically
from earthshine.search.rows_file import Block, Int8, Int64, Place, RowsFile

EXACT = 20_000
"""Up to so many rows are compared by their bytes at once, without the signs."""
CANDIDATES = 2000
"""Rows of a larger index that are compared by their bytes, at least."""
CANDIDATE_SHARE = 100
"""And at least one row in so many: the signs tell the ten nearest of a dense neighbourhood only roughly apart."""
_CHUNK = 65_536
"""Rows that are worked on at once, so that they stay in the processor's cache."""
_BLOCK = 2048
"""The same of rows as floating-point numbers."""
_LEAST_DEAD = 4096
"""Rows without a passage for which it is not worth while to write the others anew."""

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _State:
    """What a search sees. The arrays may be longer than `rows`; what is after them belongs to later states."""

    place: Place
    change: int
    rows: Int8
    ids: Int64
    files: Int64
    alive: Mask
    lengths: Floats
    """Of the rows' bytes as vectors."""
    mean: Floats
    """Of the rows at length 1, when there were `measured`."""
    measured: int
    signs: NDArray[np.uint64]
    """One column per row."""


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
        new, known = _numbers(ids), _same(state, ids, files, vectors)
        keep = [place for place, each in enumerate(new.tolist()) if each not in known]
        gone = np.setdiff1d(_numbers(removed), new)
        gone = gone[np.isin(gone, state.ids[: len(state.rows)][state.alive])]
        if not keep and not len(gone) and change <= state.change:
            return
        chosen = b"".join(vectors[place] for place in keep)
        self._file.append(state.place, max(change, state.change), new[keep], _numbers(files)[keep], chosen, gone)
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
            wanted = wanted & np.isin(state.files[:count], _numbers(list(files)))
        rows = np.flatnonzero(wanted)
        if not len(rows) or length == 0:
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

    def _current(self) -> _State:
        with self._lock:
            self._refresh()
            return self._state

    def _open(self) -> None:
        """Open the generation that is in use, or begin the first; with the lock held, but for the first time."""
        self._generation = self._named()
        folder = self._folder / str(self._generation)
        folder.mkdir(exist_ok=True)
        self._file = RowsFile(folder, self._dimensions)
        self._state = _empty(self._dimensions)
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
            self._state = _grown(self._state, blocks, self._file)

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


def _numbers(values: Sequence[int]) -> Int64:
    return np.asarray(values, dtype=np.int64)


def _empty(dimensions: int) -> _State:
    numbers = np.zeros(0, dtype=np.int64)
    return _State(
        place=Place(),
        change=0,
        rows=np.zeros((0, dimensions), dtype=np.int8),
        ids=numbers,
        files=numbers,
        alive=np.zeros(0, dtype=bool),
        lengths=np.zeros(0, dtype=np.float32),
        mean=np.zeros(dimensions, dtype=np.float32),
        measured=0,
        signs=np.zeros((_words(dimensions), 0), dtype=np.uint64),
    )


def _words(dimensions: int) -> int:
    return -(-dimensions // 64)


def _same(state: _State, ids: Sequence[int], files: Sequence[int], vectors: Sequence[bytes]) -> set[int]:
    """Return the ids whose file and vector are in the index as they are given."""
    count = len(state.rows)
    places = np.flatnonzero(state.alive & np.isin(state.ids[:count], _numbers(ids)))
    if not len(places):
        return set()
    rows = {int(state.ids[row]): row for row in places}
    return {
        each
        for each, file, vector in zip(ids, files, vectors, strict=True)
        if each in rows and state.files[rows[each]] == file and state.rows[rows[each]].tobytes() == vector
    }


def _grown(state: _State, blocks: Sequence[Block], file: RowsFile) -> _State:
    """Return the state after some more blocks."""
    before = len(state.rows)
    ids = np.concatenate([block.ids for block in blocks])
    count = before + len(ids)
    rows = file.rows(count)
    mean, measured, lengths = state.mean, state.measured, _room(state.lengths, before, count)
    for start in range(before, count, _BLOCK):
        piece = rows[start : start + _BLOCK].astype(np.float32)
        lengths[start : start + len(piece)] = np.sqrt(np.einsum("ij,ij->i", piece, piece))
    signs_from = before
    if count > 2 * measured:
        # The mean of a few is not that of many.
        mean, measured, signs_from = _mean(rows, lengths[:count]), count, 0
    signs = _room(state.signs if signs_from else state.signs[:, :0], signs_from, count)
    for start in range(signs_from, count, _BLOCK):
        end = min(start + _BLOCK, count)
        signs[:, start:end] = _signs(rows[start:end] > lengths[start:end, None] * mean)
    all_ids, all_files = _room(state.ids, before, count), _room(state.files, before, count)
    all_ids[before:count] = ids
    all_files[before:count] = np.concatenate([block.files for block in blocks])
    return _State(
        place=Place(blocks[-1].end, count),
        change=blocks[-1].change,
        rows=rows,
        ids=all_ids,
        files=all_files,
        alive=_alive(state, blocks),
        lengths=lengths,
        mean=mean,
        measured=measured,
        signs=signs,
    )


_Number = TypeVar("_Number", bound=np.generic)


def _room(array: NDArray[_Number], used: int, count: int) -> NDArray[_Number]:
    """Return the array itself where it has `count` columns, else a longer one with the `used` first ones of it."""
    if array.shape[-1] >= count:
        return array
    longer = np.zeros((*array.shape[:-1], max(count, used + used // 2, 1024)), dtype=array.dtype)
    longer[..., :used] = array[..., :used]
    return longer


def _alive(state: _State, blocks: Sequence[Block]) -> Mask:
    """Return which rows count: the last word about an id is what holds."""
    before = len(state.rows)
    count = before + sum(len(block.ids) for block in blocks)
    about, rows, row = [state.ids[:before][state.alive]], [np.flatnonzero(state.alive)], before
    for block in blocks:
        about += [block.removed, block.ids]
        rows += [np.full(len(block.removed), -1), np.arange(row, row + len(block.ids))]
        row += len(block.ids)
    ids, places = np.concatenate(about), np.concatenate(rows)
    order = np.argsort(ids, kind="stable")
    last = np.append(ids[order][1:] != ids[order][:-1], True) if len(ids) else np.zeros(0, dtype=bool)
    kept = places[order][last]
    alive = np.zeros(count, dtype=bool)
    alive[kept[kept >= 0]] = True
    return alive


_SAMPLE = 50_000


def _mean(rows: Int8, lengths: Floats) -> Floats:
    """Return the mean direction of the rows, of many of them that of a sample."""
    step = max(1, len(rows) // _SAMPLE)
    sample = rows[::step].astype(np.float32) / np.maximum(lengths[::step, None], 1)
    return sample.mean(axis=0, dtype=np.float32)


def _signs(positive: Mask) -> NDArray[np.uint64]:
    """Return bits as 64-bit words, a column for each row."""
    packed = np.packbits(positive, axis=1)
    padded = np.zeros((len(packed), 8 * _words(positive.shape[1])), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64).T


def _candidates(state: _State, query: Floats, wanted: Mask, least: int) -> NDArray[np.intp]:
    """Return the rows, among those that are wanted, whose signs agree most with the query's: `least` and their ties."""
    count = len(state.rows)
    signs = _signs((query > state.mean)[None, :])[:, 0]
    apart = np.zeros(count, dtype=np.uint16)
    for start in range(0, count, _CHUNK):
        piece = apart[start : start + _CHUNK]
        for word, bits in zip(signs, state.signs, strict=True):
            piece += np.bitwise_count(bits[start : min(start + _CHUNK, count)] ^ word)
    apart[~wanted] = np.iinfo(np.uint16).max
    nearer = np.cumsum(np.bincount(apart, minlength=state.rows.shape[1] + 1)[: state.rows.shape[1] + 1])
    furthest = min(int(np.searchsorted(nearer, least)), state.rows.shape[1])
    return np.flatnonzero(apart <= furthest)


def _cosines(state: _State, query: Floats, rows: NDArray[np.intp]) -> Floats:
    pieces = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
    dots = np.concatenate([state.rows[piece].astype(np.float32) @ query for piece in pieces])
    return (dots / np.maximum(state.lengths[rows], 1)).astype(np.float32)
