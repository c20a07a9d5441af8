"""What a search of vectors sees: one state, which a change replaces and never alters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earthshine.search.rows_file import Block, Int8, Int64, Place, RowsFile

_BLOCK = 2048
"""Rows that are worked on at once as floating-point numbers, so that they stay in the processor's cache."""

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class State:
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


def numbers(values: Sequence[int]) -> Int64:
    """Return whole numbers as an array."""
    return np.asarray(values, dtype=np.int64)


def empty(dimensions: int) -> State:
    """Return the state of an index without rows."""
    none = np.zeros(0, dtype=np.int64)
    return State(
        place=Place(),
        change=0,
        rows=np.zeros((0, dimensions), dtype=np.int8),
        ids=none,
        files=none,
        alive=np.zeros(0, dtype=bool),
        lengths=np.zeros(0, dtype=np.float32),
        mean=np.zeros(dimensions, dtype=np.float32),
        measured=0,
        signs=np.zeros((_words(dimensions), 0), dtype=np.uint64),
    )


def _words(dimensions: int) -> int:
    return -(-dimensions // 64)


def unchanged(state: State, ids: Sequence[int], files: Sequence[int], vectors: Sequence[bytes]) -> set[int]:
    """Return the ids whose file and vector are in the index as they are given."""
    count = len(state.rows)
    places = np.flatnonzero(state.alive & np.isin(state.ids[:count], numbers(ids)))
    if not len(places):
        return set()
    rows = {int(state.ids[row]): row for row in places}
    return {
        each
        for each, file, vector in zip(ids, files, vectors, strict=True)
        if each in rows and state.files[rows[each]] == file and state.rows[rows[each]].tobytes() == vector
    }


def grown(state: State, blocks: Sequence[Block], file: RowsFile) -> State:
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
        signs[:, start:end] = signs_of(rows[start:end] > lengths[start:end, None] * mean)
    all_ids, all_files = _room(state.ids, before, count), _room(state.files, before, count)
    all_ids[before:count] = ids
    all_files[before:count] = np.concatenate([block.files for block in blocks])
    return State(
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


def _alive(state: State, blocks: Sequence[Block]) -> Mask:
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


def signs_of(positive: Mask) -> NDArray[np.uint64]:
    """Return bits as 64-bit words, a column for each row."""
    packed = np.packbits(positive, axis=1)
    padded = np.zeros((len(packed), 8 * _words(positive.shape[1])), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64).T
