"""Where the layers of a model go on a machine with devices. Start at `placement`."""
