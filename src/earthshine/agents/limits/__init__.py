"""What a session may use: tokens, seconds, steps and money."""
