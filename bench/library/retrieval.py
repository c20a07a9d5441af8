"""Claim: a question in Arabic, French, Chinese or English finds its answer in each of these, by hybrid search at best.

The questions and answers are those of Debian's installer, which translators made: a question's title asks, and the
explanation below it is the passage to be found. `apt-get download` gets the packages, of the archive's section
`main/debian-installer`; only their text is read. Of each pair of languages all titles are looked for among all
explanations in the other language: recall and nDCG of the first ten. Vectors come from `default-embedding` by the
engine that serves it, and are kept beside the packages for the next run.

Prints one line of JSON; exits with 1 where hybrid search is worse than the better one of its halves.

    python -m bench.library.retrieval --packages folder
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earthshine.catalog import DEFAULT_EMBEDDING, Catalog
from earthshine.engines.pool import Pool
from earthshine.harness.embedder import embed_whole
from earthshine.search.quantize import to_int8
from earthshine.search.store_index import IndexedPassage, StoreIndex
from earthshine.settings import Settings

ROOT = Path(__file__).parents[2]
LANGUAGES = {"ar": "-ar.utf-8", "fr": "-fr.utf-8", "zh": "-zh_cn.utf-8", "en": ""}
FIRST = 10
_AT_ONCE = 16
Ranked = Callable[[str, str, int], list[int]]
"""The answers that are found, best first: by the question's language, the answers' language, and the question."""


@dataclass(frozen=True)
class Pair:
    """A question and its answer, each by language."""

    question: dict[str, str]
    answer: dict[str, str]


def pairs(folder: Path) -> list[Pair]:
    """Return what all packages in a folder ask in all four languages; each answer once."""
    found: dict[str, Pair] = {}
    for package in sorted([*folder.glob("*.udeb"), *folder.glob("*.deb")]):
        with tempfile.TemporaryDirectory() as control:
            subprocess.run(["dpkg-deb", "--control", package, control], check=True)
            templates = Path(control, "templates")
            text = templates.read_text("utf-8") if templates.is_file() else ""
        for block in text.split("\n\n"):
            fields = _fields(block)
            titles = {language: fields.get(f"description{end}", ("", ""))[0] for language, end in LANGUAGES.items()}
            bodies = {language: fields.get(f"description{end}", ("", ""))[1] for language, end in LANGUAGES.items()}
            if all(titles.values()) and all(bodies.values()):
                found.setdefault(bodies["en"], Pair(titles, bodies))
    return list(found.values())


def _fields(block: str) -> dict[str, tuple[str, str]]:
    """Return the first line and the further ones of each field of a template."""
    fields: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith(" ") and name:
            fields[name][1].append("\n" if line.strip() == "." else line.strip())
        else:
            name, _, first = line.partition(":")
            name = name.lower()
            fields[name] = (first.strip(), [])
    return {name: (first, " ".join(more).strip()) for name, (first, more) in fields.items()}


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


async def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="a folder with packages of Debian's installer")
    parser.add_argument("--data", type=Path, default=ROOT / ".cache", help="a data directory with an embedding model")
    given = parser.parse_args()
    found = pairs(given.packages)
    questions = [pair.question[language] for language in LANGUAGES for pair in found]
    answers = [pair.answer[language] for language in LANGUAGES for pair in found]
    asked = await vectors(questions, "query", given.data, given.packages)
    kept = await vectors(answers, "document", given.data, given.packages)
    with tempfile.TemporaryDirectory() as folder:
        of_mode = ours(Path(folder), found, asked, kept)
        ways = {mode: of_mode(mode) for mode in ("keywords", "vectors", "hybrid")}
        table = {
            f"{asking}>{among}": {way: measures(ranked, asking, among, len(found)) for way, ranked in ways.items()}
            for asking in LANGUAGES
            for among in LANGUAGES
        }
    worse = {
        pair: each
        for pair, each in table.items()
        if any(each["hybrid"][at] < max(each["keywords"][at], each["vectors"][at]) for at in (0, 1))
    }
    rounded = {
        pair: {way: [round(number, 3) for number in two] for way, two in each.items()} for pair, each in table.items()
    }
    print(json.dumps({"questions": len(questions), "recall@10, nDCG@10": rounded, "hybrid is worse": sorted(worse)}))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
