"""Links by which others read what an agent did."""
