"""Which server processes share this installation's database, and whether each is alive."""

from earthshine.instances.instances import Instances

__all__ = ["Instances"]
