"""Looking for evidence: queries, what the tools find, the texts of sources, and which of their sentences answer."""
