"""Pages that somebody saved, searched and read without the web: HTML, MHTML and WARC files. Start at `archive`."""
