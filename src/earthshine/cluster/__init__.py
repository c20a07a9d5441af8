"""Models on several machines: Ray places and starts their replicas, and this server asks them as its deployments."""
