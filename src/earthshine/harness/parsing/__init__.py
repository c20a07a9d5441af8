"""From written text to deltas: thinking, text and tool calls, told apart while they come."""
