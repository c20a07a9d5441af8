"""What a model calls to look at the web, and how much that takes."""

SEARCH, OPEN, FIND = "web_search", "open_page", "find_in_page"
MOST_QUERIES = 3
"""Queries of one search."""
LONGEST_QUERY = 200
LONGEST_PATTERN = 200
LONGEST_URL = 2000
"""Characters."""
