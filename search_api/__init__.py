"""One query model, answered as JSON, feeds, exports and MCP."""
