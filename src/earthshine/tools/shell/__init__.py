"""`shell`: commands that a model writes, run by the client, or in a container of the server's. Start at `tool`."""
