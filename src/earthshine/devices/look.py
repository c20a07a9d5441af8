"""Look at this machine's devices: each maker's own tool is asked, else the kernel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from earthshine.devices import amd, apple, intel, nvidia
from earthshine.devices.device import Device
from earthshine.devices.tools import Unreadable

KEPT = 5.0
"""Seconds for which an answer is given again."""

_MAKERS: dict[str, Callable[[], list[Device]]] = {
    "NVIDIA": nvidia.cards,
    "AMD": amd.cards,
    "Intel": intel.cards,
    "Apple": apple.cards,
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen."""

    devices: tuple[Device, ...] = ()
    faults: tuple[str, ...] = ()
    """Why a maker's devices, which may be there, are not known."""


class _Kept:
    """The last answer; one look at a time, and who comes meanwhile gets the same."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sight = Sight()
        self.until = 0.0


_kept = _Kept()


def here() -> tuple[Device, ...]:
    """Return this machine's devices. May ask tools, for some seconds, so not for the event loop; never raises."""
    return look().devices


def look() -> Sight:
    """Return devices and faults, as `here`."""
    with _kept.lock:
        if time.monotonic() >= _kept.until:
            _kept.sight = _look()
            _kept.until = time.monotonic() + KEPT
        return _kept.sight


def _look() -> Sight:
    with ThreadPoolExecutor(len(_MAKERS), "devices") as makers:
        answers = list(makers.map(_of, _MAKERS))
    return Sight(
        tuple(device for devices, _ in answers for device in devices), tuple(fault for _, fault in answers if fault)
    )


def _of(maker: str) -> tuple[list[Device], str]:
    try:
        return _MAKERS[maker](), ""
    except Unreadable as error:
        return [], f"{maker}: {error}"
    except Exception as error:  # a table that nobody thought of must not end a server
        return [], f"{maker}: its devices cannot be read ({type(error).__name__}: {error})"
