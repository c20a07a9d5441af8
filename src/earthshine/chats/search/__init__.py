"""Finding chats by what was said in them, on both databases."""
