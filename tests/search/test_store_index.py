"""One store's index: what it finds, what it forgets, and what it says of itself."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.errors import InvalidRequest
from earthshine.search.fusion import fuse
from earthshine.search.keyword_index import KeywordIndex
from earthshine.search.quantize import to_int8
from earthshine.search.store_index import IndexedPassage, StoreIndex

WIDTH = 64
TEXTS = (
    "والكتاب على الطاولة",
    "les contrats sont signés dans la ville",
    "the sun is in the sky",
    "本合同自签字之日起生效",
)


def vector(seed: int) -> list[float]:
    """Return a direction that is nearly at right angles to those of other seeds."""
    drawn = np.random.default_rng(seed).normal(size=WIDTH)
    return (drawn / np.linalg.norm(drawn)).tolist()


def passage(number: int, text: str = "", *, file: int = 0, bare: bool = False) -> IndexedPassage:
    """Return a passage with the vector of its number."""
    return IndexedPassage(number, file, text or TEXTS[number % 4], None if bare else to_int8(vector(number)))


@pytest.fixture
def index(tmp_path: Path) -> StoreIndex:
    return StoreIndex(tmp_path / "store", WIDTH)


def test_words_and_vectors_are_found_and_fused(index: StoreIndex) -> None:
    index.apply([passage(number, file=number % 3) for number in range(40)], [], 7)
    assert index.change == 7
    hits = index.search("contrat", vector(9), limit=3)
    assert (hits[0].id, hits[0].vector_rank) == (9, 1)
    assert hits[0].keyword_rank is not None
    assert {hit.id % 4 for hit in index.search("كتاب", None, limit=50)} == {0}
    assert [hit.id for hit in index.search("كتاب", vector(5), limit=1, mode="vectors")] == [5]
    assert {hit.id % 4 for hit in index.search("合同", vector(5), limit=50, mode="keywords")} == {3}
    assert all(0 < hit.score <= 1 for hit in index.search("the sun", vector(2), limit=100))


def test_words_count_for_as_much_of_the_query_as_they_are(tmp_path: Path) -> None:
    words = KeywordIndex(tmp_path / "words")
    texts = ["le volume RAID est plein", "the disk is encrypted", "RAID", "the wine is red", "le pain"]
    words.apply([(number, 0, text) for number, text in enumerate(texts)], [], 1)

    def share(query: str) -> float:
        return words.search(query, 5)[1]

    assert share("RAID") == 1.0
    assert share("the wine is red") > 0.5
    # One name of a long question in another language says little of the passages that have it.
    assert 0 < share("why was that old server without any RAID controller so slow yesterday") < 0.3


def test_scores_are_shares_of_the_best_ones() -> None:
    words, near = [(1, 8.0), (2, 4.0)], [(3, 0.9), (2, 0.8), (4, 0.7)]
    assert fuse(words, [], (0.01, 1.0)) == [(1, 1.0), (2, 0.5)]
    assert [each for each, _ in fuse(words, near, (0.01, 1.0))] == [3, 2, 4, 1]
    assert [each for each, _ in fuse(words, near, (100.0, 1.0))] == [1, 2, 3, 4]
    # Of three neighbours none is far: the twentieth would be at -1.
    both = dict(fuse(words, near, (1.0, 1.0)))
    assert math.isclose(both[1], 0.5) and math.isclose(both[2], 0.25 + 0.5 * 1.8 / 1.9)
    assert fuse([(1, 3.0)], [(1, 0.9), (2, 0.9)], (1.0, 1.0))[0] == (1, 1.0)
    assert fuse([], [], (1.0, 1.0)) == []
    far = fuse([], [(number, 1 - number / 1000) for number in range(200)], (1.0, 1.0))
    assert [each for each, _ in far] == list(range(200)) and far[-1][1] > 0


def test_a_query_without_words_finds_by_its_vector(index: StoreIndex) -> None:
    index.apply([passage(number) for number in range(8)], [], 1)
    assert index.search("?!", None, limit=5) == []
    hit = index.search("?!", vector(3), limit=5)[0]
    assert (hit.id, hit.score, hit.keyword_rank, hit.vector_rank) == (3, 1.0, None, 1)


def test_only_asked_files_are_found_and_all_of_them(index: StoreIndex) -> None:
    index.apply([passage(number, "sun", file=number // 5) for number in range(1000)], [], 1)
    hits = index.search("sun", vector(3), limit=1000, files=[150, 7])
    assert sorted(hit.id for hit in hits) == [*range(35, 40), *range(750, 755)]
    assert all(hit.keyword_rank and hit.vector_rank for hit in hits)
    assert index.search("sun", vector(3), limit=10, files=[]) == []
    assert index.search("sun", vector(3), limit=10, files=[4711]) == []


def test_what_is_removed_or_replaced_is_not_found(index: StoreIndex) -> None:
    index.apply([passage(number) for number in range(12)], [], 1)
    index.apply([passage(1, "une phrase neuve"), passage(2, bare=True)], [0, 4, 4711], 2)
    assert {hit.id for hit in index.search("كتاب", None, limit=50)} == {8}
    assert [hit.id for hit in index.search("neuve", None, limit=50)] == [1]
    assert 1 not in {hit.id for hit in index.search("contrat", None, limit=50)}
    found = {hit.id for hit in index.search("", vector(2), limit=50, mode="vectors")}
    assert found == {1, *range(3, 12)} - {4}
    assert index.change == 2


def test_the_same_change_again_changes_nothing(index: StoreIndex, tmp_path: Path) -> None:
    added = [passage(number) for number in range(20)]
    index.apply(added, [99], 1)
    before = index.search("sun contrat", vector(3), limit=50)
    rows = (tmp_path / "store/vectors/0/rows").stat().st_size
    for _ in range(3):
        index.apply(added, [99], 1)
    assert index.search("sun contrat", vector(3), limit=50) == before
    assert (tmp_path / "store/vectors/0/rows").stat().st_size == rows
    index.apply([], [], 0)
    assert index.change == 1


def test_a_passage_given_twice_in_a_change_counts_once(index: StoreIndex) -> None:
    index.apply([passage(1, "old"), passage(1, "new")], [1], 1)
    assert [hit.id for hit in index.search("new", vector(1), limit=5)] == [1]
    assert index.search("old", None, limit=5) == []


def test_it_opens_as_it_was(index: StoreIndex, tmp_path: Path) -> None:
    for change in range(1, 6):
        index.apply([passage(number) for number in range(change * 10, change * 10 + 10)], [change * 10 - 5], change)
    again = StoreIndex(tmp_path / "store", WIDTH)
    assert again.change == 5
    assert again.search("sun", vector(3), limit=50) == index.search("sun", vector(3), limit=50)


def test_another_index_sees_what_is_written(index: StoreIndex, tmp_path: Path) -> None:
    reader = StoreIndex(tmp_path / "store", WIDTH)
    index.apply([passage(3)], [], 1)
    assert reader.change == 1
    assert [hit.id for hit in reader.search("合同", vector(3), limit=5)] == [3]


def test_other_vectors_begin_anew(index: StoreIndex, tmp_path: Path) -> None:
    index.apply([passage(3)], [], 1)
    other = StoreIndex(tmp_path / "store", 2 * WIDTH)
    assert (other.change, other.search("合同", None, limit=5)) == (0, [])


def test_a_store_without_vectors_finds_words(tmp_path: Path) -> None:
    index = StoreIndex(tmp_path, 0)
    index.apply([passage(3, bare=True)], [], 4)
    assert index.change == 4
    assert [hit.id for hit in index.search("合同", vector(3), limit=5, mode="vectors")] == [3]


def test_a_vector_of_another_size_is_refused(index: StoreIndex) -> None:
    index.apply([passage(1)], [], 1)
    with pytest.raises(ValueError, match="2 dimensions"):
        index.apply([passage(2), IndexedPassage(3, 0, "x", b"12")], [1], 2)
    assert (index.change, [hit.id for hit in index.search("contrat", None, limit=5)]) == (1, [1])


def test_most_rows_removed_are_written_anew(index: StoreIndex, tmp_path: Path) -> None:
    index.apply([passage(number, "sun") for number in range(10_000)], [], 1)
    reader = StoreIndex(tmp_path / "store", WIDTH)
    assert reader.search("", vector(9_999), limit=1)[0].id == 9_999
    index.apply([], range(9_000), 2)
    assert [path.name for path in (tmp_path / "store/vectors").iterdir() if path.is_dir()] == ["1"]
    for each in (index, reader, StoreIndex(tmp_path / "store", WIDTH)):
        assert each.change == 2
        assert [hit.id for hit in each.search("", vector(9_999), limit=1, mode="vectors")] == [9_999]
        assert len(each.search("", vector(5), limit=2_000, mode="vectors")) == 1_000


def test_readers_beside_a_writer_see_whole_changes(index: StoreIndex, tmp_path: Path) -> None:
    """Each change replaces all passages, of which a search therefore finds all or none of one change."""
    stopped, seen, failed = threading.Event(), set[int](), list[BaseException]()

    def read(reader: StoreIndex) -> None:
        try:
            while not stopped.is_set():
                hits = reader.search("sun", vector(1), limit=100, mode="vectors")
                assert len({hit.id // 50 for hit in hits}) <= 1
                assert len(hits) in (0, 50)
                seen.update(hit.id // 50 for hit in hits)
        except BaseException as error:
            failed.append(error)

    readers = [index, StoreIndex(tmp_path / "store", WIDTH)]
    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for change in range(1, 13):
        before = range((change - 1) * 50, change * 50)
        index.apply([passage(number, "sun") for number in range(change * 50, change * 50 + 50)], before, change)
    stopped.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(seen) > 1


@given(st.lists(st.floats(-1e3, 1e3), min_size=8, max_size=8))
def test_bytes_keep_the_direction(values: list[float]) -> None:
    stored = np.frombuffer(to_int8(values), dtype=np.int8).astype(float)
    length = math.sqrt(sum(value * value for value in values))
    if length > 1e-9:
        assert float(stored @ np.array(values)) / (length * float(np.linalg.norm(stored))) > 0.9999


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_vector_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(InvalidRequest, match="finite"):
        to_int8([0.1, bad])
