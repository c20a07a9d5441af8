"""What the tool is called, here and in items."""

NAME = "programmatic_tool_calling"
