"""Text for search, whatever language it is in: words, spellings, chunks, snippets."""
