"""`earthshine agent`: a task for an agent, at a terminal or in a pipe."""
