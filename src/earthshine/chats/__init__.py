"""Chats: trees of turns, each one person's; what people see of the responses they ask for."""
