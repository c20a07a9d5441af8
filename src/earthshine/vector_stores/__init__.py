"""Vector stores: files cut into passages that are found by meaning and by words. Start at `vector_stores`."""
