"""Automations: agents that are woken at times that people, or they themselves, choose. Start at `scheduler`."""
