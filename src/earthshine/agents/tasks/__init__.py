"""The list of tasks that people see: sessions, each in one line."""
