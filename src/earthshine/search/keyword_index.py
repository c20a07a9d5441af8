"""Passages that have a query's words, the best by BM25 first: tantivy, fed with our own terms.

What tantivy stores is what `analysis.py` says, between spaces, and it cuts nothing itself. A commit holds all of a
change or nothing of it. The number of the change is in a document of its own, which no query finds.
Source of the ranking: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009)
"""

from __future__ import annotations

import errno
import json
import math
import struct
import zlib
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import Document, Index, Occur, Query

from earthshine.disk import full_disk_is_an_error, write_atomically
from earthshine.search.analysis import Terms, passage_terms, query_terms
from earthshine.search.languages import LANGUAGES

TERMS = 64
"""Terms of a query that are looked for: the rarest, which say most."""

_HEAP = 32 * 2**20
"""Bytes in which the writer gathers a change, before it writes some of it."""
_CHANGE = "=change"
"""The language, unlike any, of the document that carries the number of the change."""

_LEAST_SHARE = 0.01
"""So that the order of a list counts where nothing else does."""


class KeywordIndex:
    """The words of one store. One writer; searches may run beside it, in any thread."""

    def __init__(self, folder: Path) -> None:
        """Open a folder, or begin an empty one. Raises `ValueError` where its files are damaged."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "meta.json").exists():
            _check(folder)
        self._index = Index(_schema(), str(folder), reuse=True)
        self._index.config_reader("manual")
        self._seen, self._change = -1, 0
        self._languages: tuple[str, ...] = ()
        self._refresh()

    @property
    def change(self) -> int:
        """The last change that is safely in the index."""
        self._refresh()
        return self._change

    def apply(self, passages: Sequence[tuple[int, int, str]], removed: Sequence[int], change: int) -> None:
        """Add passages (id, file, text), in the place of those that their ids had, and remove others.

        It is safe on disk when this returns. Raises `StorageFull`, and then nothing has changed.
        """
        change = max(change, self.change)
        needed = 2 * sum(len(text) for _, _, text in passages)
        with full_disk_is_an_error(self._folder, needed), self._disk_errors():
            writer = self._index.writer(_HEAP, 1)
            # A process that was killed leaves files of a commit that did not end, with names that the next one takes.
            writer.garbage_collect_files()
            gone = [*removed, *(number for number, _, _ in passages)]
            writer.delete_documents_by_query(Query.term_set_query(_SCHEMA, "id", gone))
            for number, file, text in passages:
                writer.add_document(_document(number, file, passage_terms(text)))
            writer.delete_documents_by_term("language", _CHANGE)
            marker = Document()
            marker.add_text("language", _CHANGE)
            marker.add_unsigned("change", change)
            writer.add_document(marker)
            writer.commit()
            writer.wait_merging_threads()

    def search(
        self, query: str, limit: int, files: Collection[int] | None = None
    ) -> tuple[list[tuple[int, float]], float]:
        """Return the ids and scores of the best passages, and how much of the query the first one has, up to 1.

        With `files`, of those that belong to one of them. What it has of the query is its score beside that of a
        passage of average length that has each term once: of a query in another language than the passages little is
        found, such as a name, and that says little about them.
        """
        searcher = self._refresh()
        counted = self._counted(searcher, query)
        wanted = [field for field, count in counted if count][:TERMS]
        if not wanted or (files is not None and not files):
            return [], 0.0
        asked = Query.boolean_query([(Occur.Should, _term(field, text)) for field, text in wanted])
        if files is not None:
            among = Query.const_score_query(Query.term_set_query(_SCHEMA, "file", list(files)), 0.0)
            asked = Query.boolean_query([(Occur.Must, asked), (Occur.Must, among)])
        hits = searcher.search(asked, limit, count=False).hits
        numbers = searcher.fast_field_values("id", [address for _, address in hits])
        found = [(int(number or 0), float(score)) for number, (score, _) in zip(numbers, hits, strict=True)]
        return found, _share(found, [count for _, count in counted[:TERMS]], searcher.num_docs)

    def _counted(self, searcher: tantivy.Searcher, query: str) -> list[tuple[tuple[str, str], int]]:
        """Return the terms (field, text) of a query, and how many passages have each, the rarest first."""
        terms = query_terms(query, self._languages)
        fields = [("words", text) for text in terms.words] + [("stems", text) for text in terms.stems]
        counted = {field: searcher.doc_freq(*field) for field in fields[: 16 * TERMS]}
        return sorted(counted.items(), key=lambda each: each[1])

    @contextmanager
    def _disk_errors(self) -> Generator[None]:
        """Raise what tantivy says in words of a disk that is full as the system does."""
        try:
            yield
        except ValueError as error:
            for words, number in _FULL.items():
                if words in str(error):
                    raise OSError(number, str(error)) from error
            # Of an error in its own threads it does not say which.
            write_atomically(self._folder / ".probe", bytes(2**16))
            raise

    def _refresh(self) -> tantivy.Searcher:
        """Return what sees the last commit, by this index or by another one on the same folder."""
        stamp = (self._folder / "meta.json").stat().st_mtime_ns
        if stamp != self._seen:
            self._index.reload()
            searcher = self._index.searcher()
            self._change = _change(searcher)
            self._languages = tuple(each for each in LANGUAGES if searcher.doc_freq("language", each))
            self._seen = stamp
        return self._index.searcher()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("file", indexed=True, fast=True)
    builder.add_unsigned_field("change", fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    return builder.build()


_SCHEMA = _schema()


def _term(field: str, text: str) -> Query:
    return Query.term_query(_SCHEMA, field, text, "basic" if field == "language" else "freq")


def _document(number: int, file: int, terms: Terms) -> Document:
    document = Document()
    document.add_unsigned("id", number)
    document.add_unsigned("file", file)
    document.add_text("words", " ".join(terms.words))
    document.add_text("stems", " ".join(terms.stems))
    if terms.language:
        document.add_text("language", terms.language)
    return document


def _share(found: Sequence[tuple[int, float]], counts: Sequence[int], passages: int) -> float:
    whole = sum(math.log(1 + (passages - count + 0.5) / (count + 0.5)) for count in counts)
    if not found or whole <= 0:
        return 1.0
    return min(1.0, max(_LEAST_SHARE, found[0][1] / whole))


def _change(searcher: tantivy.Searcher) -> int:
    found = searcher.search(_term("language", _CHANGE), 1, count=False).hits
    values = searcher.fast_field_values("change", [address for _, address in found])
    return int(values[0] or 0) if values else 0


_FULL = {"os error 28": errno.ENOSPC, "os error 27": errno.EFBIG, "os error 122": errno.EDQUOT}


_FOOTER = struct.Struct("<II")
_FOOTER_MARK = 1337


_OF_A_SEGMENT = ("fast", "fieldnorm", "idx", "pos", "store", "term")


def _check(folder: Path) -> None:
    """Raise `ValueError` where a file of a segment is not what was written: tantivy itself looks only when it reads.

    Each ends with a footer: JSON with the checksum of what stands before it, the footer's length, and a mark.
    """
    for segment in json.loads((folder / "meta.json").read_text())["segments"]:
        name = segment["segment_id"].replace("-", "")
        endings = [*_OF_A_SEGMENT, *([f"{segment['deletes']['opstamp']}.del"] if segment["deletes"] else [])]
        for path in (folder / f"{name}.{ending}" for ending in endings):
            if not path.exists() or not _is_whole(path):
                raise ValueError(f"{path} is damaged.")


def _is_whole(path: Path) -> bool:
    size = path.stat().st_size
    if size < _FOOTER.size:
        return False
    with path.open("rb") as file:
        file.seek(size - _FOOTER.size)
        length, mark = _FOOTER.unpack(file.read(_FOOTER.size))
        payload = size - _FOOTER.size - length
        if mark != _FOOTER_MARK or payload < 0:
            return False
        file.seek(payload)
        footer = json.loads(file.read(length))
        file.seek(0)
        found = 0
        for start in range(0, payload, 2**22):
            found = zlib.crc32(file.read(min(2**22, payload - start)), found)
    return bool(footer["crc"] == found)
