"""What readers of a session get: its objects, its events as they come, and news of each step."""
