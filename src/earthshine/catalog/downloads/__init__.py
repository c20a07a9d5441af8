"""Fetching weights: resumable, checked, and either whole or not there."""
