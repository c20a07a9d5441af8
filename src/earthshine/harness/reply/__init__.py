"""One reply: what is written next, the writing of it, and what it costs."""
