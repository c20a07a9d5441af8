"""Links by which others read a branch of a chat."""
