"""Items of calls of MCP servers: lists of tools, calls, and approvals."""
