"""The client's side of MCP's authorization: OAuth 2.1 with PKCE, and the way from a server to it.

Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
"""
