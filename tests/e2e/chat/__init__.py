"""Chats, in a browser."""
