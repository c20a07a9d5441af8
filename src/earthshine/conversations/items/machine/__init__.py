"""Items of the tools with which a model works on a machine: calls, and what came of them."""
