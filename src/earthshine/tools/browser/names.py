"""What a model calls to use a browser that the server runs."""

BROWSER = "browser"
"""The tool, and the `name` of its answers."""
OPEN, CLICK, TYPE, SELECT, ACT = "browser_open", "browser_click", "browser_type", "browser_select", "browser_act"
FUNCTIONS = (OPEN, CLICK, TYPE, SELECT, ACT)
HERE = "server"
"""What `run_by` of a `computer` says when the screen is a browser of the server's, and `created_by` of its answers."""
