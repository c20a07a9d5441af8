"""Commands that look at this machine and installation."""
