"""Commands in a sandbox of this machine, without a server."""
