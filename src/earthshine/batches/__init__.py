"""Batches: files of requests, answered line by line when nobody else waits."""
