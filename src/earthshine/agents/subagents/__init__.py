"""Subagents: others that an agent has work for it, within its session. Start at `calls`."""
