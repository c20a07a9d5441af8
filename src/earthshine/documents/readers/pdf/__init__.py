"""PDF: characters with their places by PDFium, put in reading order by ourselves."""

from earthshine.documents.readers.pdf.reader import PdfReader

__all__ = ["PdfReader"]
