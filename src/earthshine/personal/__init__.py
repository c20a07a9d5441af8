"""What belongs to one person inside a project: assistants, prompts, spaces, memories and preferences."""
