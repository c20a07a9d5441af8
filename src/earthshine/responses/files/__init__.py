"""Files of a response: sent with it, shown to the model, made by its tools."""
