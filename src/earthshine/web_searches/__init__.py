"""Searching the web: one face, and behind it a search engine of the operator's choice, or saved pages."""
