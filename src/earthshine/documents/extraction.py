"""What `GET /v1/files/ID/content` gives for a file with the purpose `file-extract`: its text."""

from __future__ import annotations

from earthshine.documents.documents import Documents
from earthshine.files.objects import ExtractedText, File

_PATIENCE = 60.0
"""Seconds that a client waits for the reading of the file."""
_MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
    "html": "text/html",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "email": "message/rfc822",
    "eml": "message/rfc822",
    "rtf": "application/rtf",
    "json": "application/json",
}


async def extracted_text(documents: Documents, file: File) -> ExtractedText:
    """Return what a file says; have it read first if it is not, and wait for that.

    Raises `Unread` when it cannot be read, and `Unavailable` when it takes too long.
    """
    row = await documents.read(file["id"], patience=_PATIENCE)
    return {
        "content": await documents.text(file["id"]),
        "file_type": _MEDIA.get(row.kind, "text/plain"),
        "filename": file["filename"],
        "title": row.title or file["filename"],
        "type": "file",
    }
