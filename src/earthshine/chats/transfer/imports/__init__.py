"""Chats that came from elsewhere: from ChatGPT's and Open WebUI's exports, and from our own."""
