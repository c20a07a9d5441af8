"""Engines: what turns a prompt into tokens. The contract is `base`; everything else here keeps it."""
