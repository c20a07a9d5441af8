"""What this machine computes with beside its processor. Start at `look`."""

from earthshine.devices.device import Device
from earthshine.devices.look import here

__all__ = ["Device", "here"]
