"""Sessions of agents: turns that stand one after the other, each made of responses. Start at `service`."""
