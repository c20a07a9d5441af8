"""The resource `models`."""
