"""Python that a model writes, run in a container."""
