"""A browser that the server runs for a model, in a sandbox: as text by `browser`, as pictures by `computer`."""
