"""Writes the frozen web, and beside it the questions with what is right: the same at any time, of one seed.

    python -m bench.research.corpus FOLDER

makes `FOLDER/web`, which `web_archive` reads (pages as files, some of the press in a WARC file), `FOLDER/pages.jsonl`,
the same pages for peers, and `FOLDER/facts.jsonl`, the questions. Nothing in it is copied: no name exists, no fact is
true.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from bench.research.questions import Question, questions
from bench.research.world.pages import Page, Writer
from bench.research.world.region import SEED, things, unmarked

_SAVED = 1_764_000_000
"""When all pages were saved, in seconds."""


def build(folder: Path, seed: int = SEED) -> list[Question]:
    """Write all; returns the questions."""
    made, others = things(seed), unmarked(seed)
    pages = Writer(seed).pages(made, others)
    web = folder / "web"
    packed = [page for page in pages if urlsplit(page.url).hostname == "courier.example"]
    for page in pages:
        if page not in packed:
            _write(web / f"{urlsplit(page.url).hostname}{urlsplit(page.url).path}", page.html())
    _write(web / "courier.warc.gz", warc(packed))
    asked = questions(made, others, pages)
    lines = (json.dumps(asdict(each), ensure_ascii=False) for each in asked)
    (folder / "facts.jsonl").write_text("".join(f"{line}\n" for line in lines))
    told = [{"url": page.url, "title": page.title, "html": page.html().decode()} for page in pages]
    (folder / "pages.jsonl").write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in told))
    return asked


def warc(pages: Sequence[Page]) -> bytes:
    """Return pages as a WARC file, a gzip member for each answer."""
    out = BytesIO()
    for number, page in enumerate(pages):
        body = page.html()
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        block = answer.encode() + body
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {page.url}\r\nWARC-Date: 2025-11-24T16:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
            f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        out.write(gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0))
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (_SAVED, _SAVED))


def main() -> None:
    """Write, and say how much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    asked = build(given.folder, given.seed)
    pages = (given.folder / "pages.jsonl").read_text().count("\n")
    print(f"{pages} pages, {len(asked)} questions, {sum(each.real for each in asked)} of them for a real model")


if __name__ == "__main__":
    main()
