"""Reading one file: what it is, in a child process, within limits; and the run that keeps what was read."""
