"""From messages to a prompt: the model's own chat template, run where it can do no harm."""
