"""The audit trail: written with each act, read by administrators."""
