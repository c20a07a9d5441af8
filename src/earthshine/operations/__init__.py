"""Routes for operators and balancers: health, readiness, metrics, and an orderly end."""
