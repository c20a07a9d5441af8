"""Commands that move, save and restore a whole installation."""
