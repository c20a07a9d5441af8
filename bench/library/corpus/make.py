"""Which documents the corpus has, and the making of those that are not there yet."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.library.corpus.markup import Fonts
from bench.library.corpus.produce import PRODUCERS, scan
from bench.library.corpus.texts import LANGUAGES, LAYOUTS, article, truth

_FACES: dict[str, tuple[str, ...]] = {
    "ar": ("Amiri", "Noto Naskh Arabic", "KacstBook", "Noto Sans Arabic", "DejaVu Sans", "AlArabiya"),
    "fr": ("DejaVu Serif", "Noto Sans", "Amiri"),
    "zh": ("Noto Serif CJK SC", "Noto Sans CJK SC"),
    "en": ("DejaVu Serif", "Noto Serif", "DejaVu Sans"),
}
_OWN_FACES = {
    ("xelatex", "ar"): ("Amiri", "DejaVu Sans"),
    ("reportlab", "ar"): ("DejaVu Sans",),
    ("reportlab", "zh"): (),
    ("fpdf2", "zh"): (),
    ("fpdf2", "ar"): ("Amiri", "DejaVu Sans", "Noto Naskh Arabic"),
}
_SIMPLE = ("fpdf2", "reportlab")
"""They set one column, no footnotes, and no script that their one font lacks."""
SCANNED = "scan"


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the corpus."""

    name: str
    producer: str
    language: str
    layout: str
    face: str
    blocks: tuple[str, ...]
    """The text of each block, in the order in which it is read."""


def documents() -> Iterator[Document]:
    for language in LANGUAGES:
        for number, layout in enumerate(LAYOUTS):
            blocks = article(language, layout)
            for turn, producer in enumerate(PRODUCERS):
                faces = _OWN_FACES.get((producer, language), _FACES[language])
                if faces and not (
                    producer in _SIMPLE and (layout == "columns" or (layout == "mixed" and language in "fr en"))
                ):
                    face = faces[(number + turn) % len(faces)]
                    said = tuple(truth(blocks, producer not in _SIMPLE))
                    yield Document(f"{language}-{layout}-{producer}", producer, language, layout, face, said)
            said = tuple(truth(blocks))
            yield Document(f"{language}-{layout}-{SCANNED}", SCANNED, language, layout, _FACES[language][0], said)


def make(folder: Path) -> list[Document]:
    """The documents that are in the folder now; those that this machine cannot make are named on standard error."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Document] = []
    for document in documents():
        target = folder / f"{document.name}.pdf"
        if not target.exists():
            try:
                _produce(document, target)
            except Exception as error:
                note = getattr(error, "stderr", b"") or getattr(error, "stdout", b"")
                print(
                    f"not made: {document.name}: {type(error).__name__}: {str(error)[:200]} {note[-300:]!r}",
                    file=sys.stderr,
                )
                continue
        made.append(document)
    (folder / "truth.json").write_text(
        json.dumps([asdict(document) for document in made], ensure_ascii=False, indent=1)
    )
    return made


def _produce(document: Document, target: Path) -> None:
    if document.producer == SCANNED:
        scan(target.with_name(f"{document.language}-{document.layout}-typst.pdf"), target)
        return
    more = {"ar": "DejaVu Sans", "zh": "DejaVu Sans"}.get(document.language, "Noto Naskh Arabic")
    fonts: Fonts = (document.face, more)
    unfinished = target.with_suffix(".new.pdf")
    PRODUCERS[document.producer](
        article(document.language, document.layout), document.language, document.layout, fonts, unfinished
    )
    shutil.move(unfinished, target)
