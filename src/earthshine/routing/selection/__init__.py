"""Which deployment is asked, in which order, and how often."""
