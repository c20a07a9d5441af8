"""Vaults: credentials that agents use and never see. Start at `routes` or `auth`."""
