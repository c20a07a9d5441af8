"""The doors for operators and balancers: health, readiness, metrics, and an orderly end."""
