"""Machines of people as environments: a connector there asks for commands over a WebSocket and runs them."""
