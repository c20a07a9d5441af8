"""The plan of a turn: its lines, what people make of it, and how they see it."""
