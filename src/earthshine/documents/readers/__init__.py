"""Readers, one for each format: they run in a child process, and a file can do no more harm than there."""
