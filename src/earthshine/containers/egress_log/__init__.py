"""The log of connections that sandboxes tried to make."""
