"""One file that holds an installation: made while it serves, and turned into an installation again."""
