"""Passages found by their words and by their meaning, in a folder per store; it knows no HTTP and no database."""
