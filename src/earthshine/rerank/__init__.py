"""Re-ranking: texts in the order of how well they answer a query, in the shape of Cohere's and Jina's APIs."""
