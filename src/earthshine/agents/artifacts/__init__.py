"""Files that an agent hands over: immutable, and there when its container is gone."""
