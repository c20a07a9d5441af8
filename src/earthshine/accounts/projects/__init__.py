"""Organisations, their projects, and the service accounts in these."""
