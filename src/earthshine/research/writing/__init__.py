"""From evidence to sentences: sections, their checks, translations, tables, and the report they make."""
