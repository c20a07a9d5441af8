"""Why a file cannot be read: one error, with a code for each reason."""

from __future__ import annotations

from typing import Literal, get_args

from earthshine.errors import InvalidRequest

Reason = Literal[
    "empty",
    "encrypted",
    "damaged",
    "mislabelled",
    "unsupported_format",
    "needs_ocr",
    "too_large",
    "too_much_memory",
    "took_too_long",
]

_SENTENCES: dict[Reason, str] = {
    "empty": "The file has no text.",
    "encrypted": "The file is protected by a password. Save it without one, and upload it again.",
    "damaged": "The file is damaged, or was not uploaded whole. Open it in its program, save it, and upload it again.",
    "mislabelled": "The file is not what its name says. Give it the right name, or save it in the format of its name.",
    "unsupported_format": "Files of this format cannot be read here. Save it as PDF, DOCX, HTML or text.",
    "needs_ocr": "The file is a picture. Its text can be read by OCR, or by a model that sees pictures.",
    "too_large": "The file holds more than is read of one file. Divide it, and upload the parts.",
    "too_much_memory": "The file needs more memory than is given to the reading of one. Divide it, or simplify it.",
    "took_too_long": "The reading made no progress for too long. Divide the file, or save it anew in its program.",
}

REASONS: tuple[Reason, ...] = get_args(Reason)


class UnreadableFile(InvalidRequest):
    """The file cannot be read, today or tomorrow; `code` says why, the message what to do."""

    default_code = "damaged"

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """`detail` is a sentence that says more: what was found, or which limit was met."""
        super().__init__(f"{_SENTENCES[reason]} {detail}".rstrip(), code=reason)
        self.reason: Reason = reason
        self.detail = detail
