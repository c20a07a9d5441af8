"""Tests of the filter of calls."""
