"""Reports of usage and costs, in the shapes of OpenAI's API and as CSV."""
