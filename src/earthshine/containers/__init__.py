"""Containers: sandboxes with a name, an age and files that stay. OpenAI's `/v1/containers`."""
