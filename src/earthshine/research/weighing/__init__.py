"""What a source is worth and whether sources agree: pure functions over texts, which ask no model and no server."""
