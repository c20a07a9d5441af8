"""Connecting a server: what stands at an address, which models it lists, what they can do, and whether they answer."""
