"""Commands about files, what they say, and where they are searched."""
