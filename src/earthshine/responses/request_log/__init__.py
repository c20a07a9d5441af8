"""The request log of a project, and the journal of one response for people to read."""
