"""Signing in by password, invitation or identity provider, and the sessions that this begins."""
