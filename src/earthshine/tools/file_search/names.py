"""What the search is called, and how much it takes."""

NAME = "file_search"
MOST_STORES = 16
"""Vector stores that one search looks into."""
MOST_QUERIES = 4
"""Queries of one search."""
LONGEST_QUERY = 300
"""Characters of a query; a longer question is cut."""
