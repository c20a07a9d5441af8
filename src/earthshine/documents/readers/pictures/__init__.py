"""Pictures, and the text that is seen in them."""
