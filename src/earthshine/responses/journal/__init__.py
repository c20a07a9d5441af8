"""The events of responses: stored first, then read, also by other processes."""
