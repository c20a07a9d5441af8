"""The Agents API. Start at `routes`, or at `configuration` for what an agent is told to be."""
