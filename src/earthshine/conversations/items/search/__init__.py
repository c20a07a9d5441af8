"""Searches: in files, on the web, and for tools."""
