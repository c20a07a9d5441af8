"""What work costs: amounts of money, prices per token and hour, and what hosted vendors list."""
