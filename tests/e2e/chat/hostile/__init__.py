"""Texts that try to do more than be read, and what a page must not do with them."""
