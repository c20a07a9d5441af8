"""A store's changes, of which the state after each is known, and a process that makes them until it is killed."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from earthshine.search.keyword_index import KeywordIndex
from earthshine.search.quantize import to_int8
from earthshine.search.store_index import IndexedPassage, StoreIndex
from earthshine.search.vector_index import VectorIndex

WIDTH = 16
QUERY = [1.0] * WIDTH


def make(index: StoreIndex, change: int) -> None:
    """Add ten passages, three of which the next change removes; one is there since the first, and always new."""
    drawn = np.random.default_rng(change).normal(size=(11, WIDTH))
    numbers = [*range(10 * change, 10 * change + 10), 1]
    added = [
        IndexedPassage(number, 0, f"sun word{change}", to_int8(vector.tolist()))
        for number, vector in zip(numbers, drawn, strict=True)
    ]
    index.apply(added, [10 * (change - 1) + place for place in range(3)] if change > 1 else [], change)


def state(change: int) -> set[int]:
    """Return the passages that there are after a change."""
    kept = {10 * each + place for each in range(1, change + 1) for place in range(3, 10)}
    return kept | ({1, *range(10 * change, 10 * change + 3)} if change else set())


def check(folder: Path) -> int:
    """Check that both halves are in a state that there was, as far as each says, and return the change of the whole."""
    index = StoreIndex(folder, WIDTH)
    words, vectors = KeywordIndex(folder / "keywords"), VectorIndex(folder / "vectors", WIDTH)
    assert min(words.change, vectors.change) == index.change
    for half, found in (
        (words, words.search("sun", 10_000)[0]),
        (vectors, vectors.search(QUERY, 10_000)),
    ):
        assert sorted(number for number, _ in found) == sorted(state(half.change))
    newest = {number for number, _ in words.search(f"word{words.change}", 10_000)[0]}
    assert newest == ({1, *range(10 * words.change, 10 * words.change + 10)} if words.change else set())
    return index.change


def main(folder: Path, kills: int) -> None:
    """Kill a process that writes, time after time, and check each time that nothing is lost that it had finished."""
    done, last = 0, 0
    for number in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            index = StoreIndex(folder, WIDTH)
            os.write(writing, index.change.to_bytes(4, "little"))
            while True:
                change = index.change + 1
                make(index, change)
                os.write(writing, change.to_bytes(4, "little"))
        os.close(writing)
        # Some while it opens, some in its first change, some in its second.
        told = b"".join(os.read(reading, 4) for _ in range(number % 3))
        time.sleep(random.uniform(0.0, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := os.read(reading, 65536):
            told += piece
        os.close(reading)
        done = max(done, int.from_bytes(told[-4:], "little"))
        child = os.fork()
        if not child:
            reached = check(folder)
            os._exit(0 if reached in (done, done + 1) else 1)
        if os.waitpid(child, 0)[1]:
            sys.exit(f"after a kill the index is not as it was left; {done} changes had ended")
        last = done
    sys.stdout.write(f"{kills} kills, {last} changes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
