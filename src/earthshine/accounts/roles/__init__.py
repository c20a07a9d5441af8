"""Roles: the predefined ones, custom ones, and who has which."""
