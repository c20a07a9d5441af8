"""The API's resource: deployments, stored and shown."""
