"""Commands that administer a running server through its API."""
