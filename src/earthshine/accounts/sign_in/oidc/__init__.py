"""Signing in through one OpenID Connect provider."""
