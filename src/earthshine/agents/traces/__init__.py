"""Traces of turns, made from the journal."""
