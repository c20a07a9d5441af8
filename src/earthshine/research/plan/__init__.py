"""What is to be found out: the questions, what a person makes of them, and what is asked on the way."""
