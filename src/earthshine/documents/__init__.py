"""Documents: what a file says, as one text with pages, headings, tables and places. Start at `document`."""
