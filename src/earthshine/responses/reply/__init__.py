"""What a response says while it is written: its items, its events, its times. Start at `response_builder`."""
