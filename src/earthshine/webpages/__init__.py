"""Pages of the web: fetched with care, kept as they came, read like any file. Start at `pages`."""
