"""The journal of runs: events in small batches, stored before they are seen, and how readers follow them."""
