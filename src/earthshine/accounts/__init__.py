"""Who may use this installation."""
