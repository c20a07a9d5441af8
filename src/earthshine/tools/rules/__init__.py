"""Rules on what tools may do: the operator's, an organisation's and a project's."""
