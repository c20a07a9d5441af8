"""The ledger: one row for each piece of work, how it gets there, and the sums that reports read."""
