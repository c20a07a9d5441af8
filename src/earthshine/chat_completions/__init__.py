"""Chat Completions: create, and the stored ones. `docs/chat_completions.md` lists every field."""
