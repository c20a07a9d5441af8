"""The people of an organisation and of its projects, and invitations."""
