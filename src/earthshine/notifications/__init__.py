"""What is told to others when something has happened: by webhooks, and to people whose browser listens."""
