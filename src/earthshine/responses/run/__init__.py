"""Runs: each response that is being written, by one process at a time."""
