"""Models on this machine's disk: their records, and how they come and go."""
