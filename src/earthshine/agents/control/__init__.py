"""What people do to a turn that is under way, and to one that has ended."""
