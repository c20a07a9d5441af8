"""Chats as files: exports, and imports of our own and other programs' exports."""
