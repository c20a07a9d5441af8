"""Who acts, and what they may do: callers, permissions, grants, and what each route needs."""
