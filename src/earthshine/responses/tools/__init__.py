"""The tools of a response: as clients send them, as the model is shown them, and what became of their calls."""
