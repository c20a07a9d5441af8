"""Commands of clusters, whose machines Ray holds together."""
