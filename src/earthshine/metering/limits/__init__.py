"""Limits: kept, counted, told to clients, and set by administrators."""
