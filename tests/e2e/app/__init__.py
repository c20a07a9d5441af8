"""What surrounds chats and console, in a browser."""
