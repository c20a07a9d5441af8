"""Finding passages of stores, and the indexes that are searched. Start at `passage_search`."""
