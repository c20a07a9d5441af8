"""Plain text, and tables in it."""
