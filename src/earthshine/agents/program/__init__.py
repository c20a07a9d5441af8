"""The program around a small model: it plans, acts, verifies and recovers, and the model fills in. Start at `small`."""
