"""`mcp`: a model calls tools of servers that speak the Model Context Protocol over HTTP."""
