"""Segments put together to lines of text, in the order in which they are read."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.documents.readers.layout.glyph import Glyph
from earthshine.documents.readers.layout.segments import Segment
from earthshine.text.bidi import is_right_to_left, kind_of, reading_order, with_right_brackets

_WORD_GAP = 0.14
_CJK_GAP = 0.6
"""In ems: what is wider parts two words, where the file draws no space."""
_TIGHT_GAP, _UNSURE_GAP = 0.12, 0.45
"""The same where the advance is told by the ink, and where not even the ink of a letter is known."""
_END_OF_WORD = ("ة", "ا\u064b")
"""Nothing is written after them within a word."""
_JOINED_TO = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئ")
_KASHIDA = "\u0640"


@dataclass(slots=True)
class TextLine:
    """One line of a paragraph, or one cell of a table."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    bold: bool


def is_mostly_right_to_left(text: str) -> bool:
    kinds = [kind_of(character) for character in text]
    rightward = sum(kind == "L" for kind in kinds)
    return sum(map(is_right_to_left, kinds)) > rightward


def paragraph_direction(lines: Sequence[str], page_right_to_left: bool) -> bool:
    """Whether a paragraph reads from right to left, told by its lines as they stand from left to right."""
    score = 0.0
    for line in lines:
        kinds = [kind for kind in map(kind_of, line) if kind in ("R", "A", "L")]
        if not kinds:
            continue
        share = sum(map(is_right_to_left, kinds)) / len(kinds)
        score += 2 * (share - 0.5)
        for end in (kinds[0], kinds[-1]):
            score += 0.4 if is_right_to_left(end) else -0.4
        plain = line.strip()
        if 0 < share < 1:
            score += 0.8 * (plain[:1] in ".:،؛؟!") - 0.8 * (plain[-1:] in ".:،؛؟!,;?")
            score += 0.5 if page_right_to_left else -0.5
    if score == 0:
        return page_right_to_left and not any(kind_of(character) == "L" for line in lines for character in line)
    return score > 0


def certain_direction(line: str) -> bool | None:
    """Whether a line by itself reads from right to left; `None` where it could be either."""
    kinds = [kind for kind in map(kind_of, line) if kind in ("R", "A", "L")]
    if not kinds or is_right_to_left(kinds[0]) != is_right_to_left(kinds[-1]):
        return None
    share = sum(map(is_right_to_left, kinds)) / len(kinds)
    return True if share > 0.6 and is_right_to_left(kinds[0]) else False if share < 0.4 and kinds[0] == "L" else None


def line_of(
    segments: Sequence[Segment], right_to_left: bool, after_arabic: bool = False, words_alone: bool = False
) -> TextLine:
    """The line that these segments make, which come from left to right; see `bidi.reading_order` for the rest."""
    inked = [glyph for segment in segments for glyph in segment.glyphs if not glyph.is_space]
    pieces: list[str] = []
    before: Glyph | None = None
    reach = 0.0
    gap = _usual_gap([glyph for segment in segments for glyph in segment.glyphs])
    for segment in segments:
        letters = segment.letters
        mostly_cjk = not letters.isascii() and 5 * sum(map(_is_cjk, letters)) > len(letters)
        spaced = segment is not segments[0]
        for glyph in segment.glyphs:
            if glyph.is_space:
                spaced = True
                continue
            if before is not None and (
                spaced
                or _is_word_gap(before, glyph, gap, _CJK_GAP if mostly_cjk else _WORD_GAP)
                or (_is_note_sign(glyph, before) if right_to_left else _is_note_sign(before, glyph))
            ):
                pieces.append(" ")
            spaced = False
            pieces.append(_with_marks(glyph) if glyph.marks else glyph.text)
            end = glyph.right if glyph.right > glyph.ink_right else glyph.ink_right
            if before is None or end >= reach:
                before, reach = glyph, end
    order = reading_order(pieces, right_to_left, after_arabic, words_alone)
    size = sorted(glyph.size for glyph in inked)[len(inked) // 2]
    return TextLine(
        _clean("".join(pieces[at] for at in order)),
        min(segment.left for segment in segments),
        min(segment.top for segment in segments),
        max(segment.right for segment in segments),
        max(segment.bottom for segment in segments),
        segments[0].baseline,
        size,
        sum(glyph.bold for glyph in inked) > 0.6 * len(inked),
    )


def _is_note_sign(sign: Glyph, word: Glyph) -> bool:
    """Whether a raised number stands before a word that it does not belong to, as in a footnote."""
    raised = word.baseline - sign.baseline > 0.15 * word.size
    return raised and sign.size < 0.85 * word.size and sign.text.isdigit()


def _usual_gap(glyphs: Sequence[Glyph]) -> float:
    """The gap between neighbours in a line that is set with wide letter spacing; else 0."""
    gaps = [
        (after.origin - before.right) / after.size
        for before, after in itertools.pairwise(glyphs)
        if not before.is_space and not after.is_space
    ]
    gaps.sort()
    return max(0.0, gaps[len(gaps) // 2]) if len(gaps) > 2 else 0.0


def _is_word_gap(before: Glyph, after: Glyph, usual: float, cjk_gap: float) -> bool:
    if before.text[:1] in _JOINED_TO and after.text.endswith(_END_OF_WORD):
        return True  # where the ink of the next letter reaches over the space
    gap = (after.origin - max(before.right, before.origin)) / after.size
    if _is_cjk(before.text[-1:]) or _is_cjk(after.text[:1]):
        wide = cjk_gap
    else:
        stroke = not before.text or not after.text  # it lengthens a word, and stands inside of it
        unsure = before.floating or after.floating or stroke
        wide = _UNSURE_GAP if unsure else _TIGHT_GAP if before.only_ink else _WORD_GAP
    return gap > wide + usual


def _is_cjk(character: str) -> bool:
    return "\u2e80" <= character <= "\ua4cf" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uffef"


def _with_marks(glyph: Glyph) -> str:
    """A glyph's text with the marks that are drawn on it; on lam with alef, a mark on the right belongs to lam."""
    letters = list(glyph.text)
    middle = (glyph.ink_left + glyph.ink_right) / 2
    for mark in glyph.marks:
        if mark.text not in letters:
            on_first = (
                len(glyph.text) == 2
                and is_right_to_left(kind_of(glyph.text))
                and mark.ink_left + mark.ink_right > 2 * middle
            )
            letters.insert(1 if on_first else len(letters), mark.text)
    return "".join(letters)


def _clean(text: str) -> str:
    """Presentation forms as plain letters, kashida that only lengthens taken out, composed, brackets turned."""
    if not text.isascii():
        text = "".join(unicodedata.normalize("NFKC", one) if _is_presentation_form(one) else one for one in text)
        text = _without_kashida(text)
        text = unicodedata.normalize("NFC", text)
        if any(is_right_to_left(kind_of(character)) for character in text):
            text = with_right_brackets(text)
    return " ".join(text.split())


def _is_presentation_form(character: str) -> bool:
    return "\ufb00" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc"


def _without_kashida(text: str) -> str:
    if _KASHIDA not in text:
        return text
    kept = [
        character
        for at, character in enumerate(text)
        if character != _KASHIDA or not _joins(text[at - 1 : at]) or not _joins(text[at + 1 : at + 2])
    ]
    return "".join(kept)


def _joins(character: str) -> bool:
    return character == _KASHIDA or kind_of(character) == "A" or bool(character and unicodedata.combining(character))
