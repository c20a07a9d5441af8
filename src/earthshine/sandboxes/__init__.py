"""Sandboxes: where code runs that nobody has read. One contract, backends as entry points, and a refusal otherwise."""
