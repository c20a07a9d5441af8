"""Completions: the API's oldest form, in which a model goes on from raw text."""
