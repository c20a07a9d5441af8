"""Tests of sandboxes: what they run, and what they hold back."""
