"""Tools that the server runs for a model, behind one contract: start at `base`."""
