"""What is said in a chat: turns, each stored first, then begun, and reconciled when its response has ended."""
