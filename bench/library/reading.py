"""How well PDF files are read: by us and by two others, in four languages and from every producer of the corpus.

    python -m bench.library.reading --corpus DIR   makes what is missing (see corpus/), reads, counts
    python -m bench.library.reading --corpus DIR --ocr   the scanned pages too, by OCR
    python -m bench.library.reading --speed FILE [--times N]   pages per second and memory on one file

Counted of each document against its true text: words (Chinese: characters) found, strings of digits, words in
the right order (longest common subsequence), and whole blocks (paragraph, heading, row of cells) word for word.
The tools that make the corpus, and the peers (pypdfium2's plain text, pdfplumber), are not needed by Earthshine.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import re
import resource
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.library.corpus.make import SCANNED, Document, make

_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff][\w\u064b-\u0652\u0670'’]*")
_NUMBER = re.compile(r"\d+(?:[.,:/٫٬-]\d+)*")
Reading = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares, 1 is perfect."""

    words: float
    numbers: float
    order: float
    blocks: float


def ours(path: Path) -> str:
    from earthshine.documents.readers.base import Source
    from earthshine.documents.readers.pdf.reader import PdfReader

    reader = PdfReader()
    reader.open(Source(path, path.name, "pdf"))
    return "\n\n".join(part.text for part in reader.parts(0))


def plain_pdfium(path: Path) -> str:
    document = importlib.import_module("pypdfium2").PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def pdfplumber(path: Path) -> str:
    with importlib.import_module("pdfplumber").open(path) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


def pdf_inspector(path: Path) -> str:
    """Its text runs by line, from right to left where the line is Arabic: the best that it gives."""
    items = importlib.import_module("pdf_inspector").extract_text_with_positions(str(path))
    lines: dict[tuple[int, int], list[tuple[float, str]]] = defaultdict(list)
    for item in items:
        lines[item.page, -round(item.y / 3)].append((item.x, item.text))
    said: list[str] = []
    for _, runs in sorted(lines.items()):
        runs.sort()
        arabic = sum("\u0600" <= character <= "\u06ff" for _, text in runs for character in text)
        texts = [text for _, text in runs]
        said.append(" ".join(reversed(texts) if 2 * arabic > sum(map(len, texts)) else texts))
    return "\n".join(said)


READERS: dict[str, Reading] = {
    "ours": ours,
    "pdfium": plain_pdfium,
    "pdfplumber": pdfplumber,
    "pdf-inspector": pdf_inspector,
}


def words_of(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text))


def score(truth: Sequence[str], read: str) -> Score:
    true_text = "\n".join(truth)
    expected, found = words_of(true_text), words_of(_unhyphenated(read))
    true_blocks = [words for block in truth if (words := words_of(block))]
    told = " ".join(found)
    whole = sum(f" {' '.join(block)} " in f" {told} " for block in true_blocks)
    return Score(
        _shared(expected, found),
        _shared(_NUMBER.findall(true_text), _NUMBER.findall(read)),
        _in_order(expected, found) / max(1, len(expected)),
        whole / len(true_blocks),
    )


def _unhyphenated(text: str) -> str:
    """Words that the producer divided at the end of a line; every reader is measured the same way."""
    return re.sub(r"(?<=[^\W\d])[-\u2010\u00ad]\s*\n\s*(?=[a-zà-ÿ])", "", text)


def _shared(expected: Iterable[str], found: Iterable[str]) -> float:
    want, have = Counter(expected), Counter(found)
    common = sum((want & have).values())
    return common / want.total() if want else 1.0


def _in_order(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for at, other in enumerate(second, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


def measure(documents: Sequence[Document], folder: Path, readers: Sequence[str], show: float) -> None:
    for name in readers:
        sums: dict[tuple[str, str], list[Score]] = defaultdict(list)
        for document in documents:
            try:
                read = READERS[name](folder / f"{document.name}.pdf")
            except Exception as error:
                print(f"{name}: {document.name}: {type(error).__name__}: {error}", file=sys.stderr)
                read = ""
            result = score(document.blocks, read)
            for key in ((document.language, document.producer), (document.language, "all"), ("all", document.producer)):
                sums[key].append(result)
            if name == "ours" and min(result.words, result.numbers, result.blocks) < show:
                print(f"  {document.name} ({document.face}): {json.dumps(_rounded([result]))}")
        print(f"\n{name}: words / numbers / order / whole blocks")
        for (language, producer), results in sorted(sums.items()):
            figures = " ".join(f"{figure:6.3f}" for figure in _rounded(results))
            print(f"  {language:4} {producer:12} {figures}   ({len(results)})")


def _rounded(results: Sequence[Score]) -> list[float]:
    columns = ("words", "numbers", "order", "blocks")
    return [round(sum(getattr(one, column) for one in results) / len(results), 4) for column in columns]


async def speed(path: Path, times: int) -> None:
    """Read a file in a child, as the server does."""
    from earthshine.documents.reading.child import DocumentReaders
    from earthshine.processes.memory import MemoryBudget

    begun, pages, characters, memory = time.perf_counter(), 0, 0, 0
    for _ in range(times):
        async with DocumentReaders(MemoryBudget(2**33)).reading(path, path.name) as it:
            async for number, part in it.parts():
                pages += 1
                characters += len(part.text)
                memory = max(memory, it.memory if number % 50 == 0 else 0)
    taken = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    each = 1000 * (used.ru_utime + used.ru_stime) / pages
    rate = f"{pages / taken:.0f} pages/s, {characters / taken:.0f} characters/s, {each:.1f} ms of processor a page"
    print(f"{pages} pages in {taken:.1f} s: {rate}; the child had at most {memory / 2**20:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--only", default="", help="documents whose name holds this")
    parser.add_argument("--show", type=float, default=0.0, help="name our documents below this share")
    parser.add_argument("--ocr", action="store_true")
    parser.add_argument("--speed", type=Path)
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    if options.speed:
        asyncio.run(speed(options.speed, options.times))
        return
    if not options.corpus:
        parser.error("--corpus or --speed is needed")
    documents = [document for document in make(options.corpus) if options.only in document.name]
    chosen = [document for document in documents if (document.producer == SCANNED) == options.ocr]
    measure(chosen, options.corpus, options.readers.split(","), options.show)


if __name__ == "__main__":
    main()
