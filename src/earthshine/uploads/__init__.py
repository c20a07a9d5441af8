"""Uploads: large files that are sent in parts, in any order, and go on where a connection was cut."""
