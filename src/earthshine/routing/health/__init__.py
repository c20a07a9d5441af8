"""Whether a deployment can be asked: circuit breakers and health checks."""
