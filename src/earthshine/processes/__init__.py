"""Child processes: started, watched, limited and ended; and the memory that they share. Knows no engine."""
