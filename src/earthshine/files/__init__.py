"""Files: bytes with a name and a purpose, for people and programs to give, list and take back."""
