"""Programs: code of a model's that calls the other tools of its request, and prints what is worth reading."""
