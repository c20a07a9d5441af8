"""What a request may use, what it used, and what that cost."""
