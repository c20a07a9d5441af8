"""Spend alerts, and the mail that they send."""
