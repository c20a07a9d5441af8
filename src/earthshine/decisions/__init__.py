"""`/v1/decisions`: questions with known answers about one input, each answered with probabilities."""
