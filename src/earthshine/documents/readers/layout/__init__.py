"""Letters with their places on a page, put in reading order: for PDF, and for what OCR finds."""
