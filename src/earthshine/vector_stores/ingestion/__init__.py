"""Making files of a store searchable: read, cut, embedded, shown. Start at `run`."""
