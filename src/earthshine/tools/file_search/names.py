"""What the search is called, and how much it takes."""

NAME = "file_search"
MOST_STORES = 16
"""Vector stores that one search looks into."""
MOST_QUERIES = 3
"""Queries of one search; a small model that may write more fills them with repetitions."""
LONGEST_QUERY = 150
"""Characters of a query; a longer question is cut."""
