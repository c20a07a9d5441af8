"""What operators see of a running server: request ids, log lines, metrics and traces."""
