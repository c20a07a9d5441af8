"""Groups: people who have roles together, in the organisation and in projects."""
