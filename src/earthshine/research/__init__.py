"""Deep research: reports in which every quotation is cut from its source by the server."""
