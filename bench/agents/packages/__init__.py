"""Tasks whose data comes out of other people's packages, which are installed for the bench alone."""
