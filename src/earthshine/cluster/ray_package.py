"""The extra `ray`: imported when a command of the cluster needs it, never by the server."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from importlib import import_module
from pathlib import Path
from typing import Any

from earthshine.errors import Unavailable

NAMESPACE = "earthshine"
"""Where our named actors stand in a Ray cluster."""

NODE_DATA = "EARTHSHINE_NODE_DATA"
"""The variable that names a node's data directory to its replicas: builds of llama.cpp for its devices are there."""

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # How often Serve learns of the load; its own ten seconds would be felt at each request that waits for a replica.
    "RAY_SERVE_REPLICA_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "1",
    "RAY_SERVE_HANDLE_AUTOSCALING_METRIC_PUSH_INTERVAL_S": "1",
}


def prepare_environment(data: Path, *, make_token: bool = False) -> None:
    """Set what Ray reads from the environment, where nobody set it: no usage statistics, and our token.

    Whoever has the token may run programs on all machines of the cluster. It is the file `cluster.token` in the data
    directory, made here if `make_token`, unless the environment names another.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if any(name in os.environ for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")):
        return
    token = data.absolute() / "cluster.token"
    if make_token and not token.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(32))
    if not token.exists():
        raise Unavailable(
            f"There is no {token}. Copy it from the data directory of the machine whose `earthshine cluster start` "
            "began the cluster, or give its content in RAY_AUTH_TOKEN."
        )
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}


def load_ray() -> Any:
    """Return the package `ray`. Raises `Unavailable` where it is not installed."""
    try:
        import_module("ray.serve")
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"Clusters need the extra `ray` (the package {error.name} is missing): "
            "`pip install 'earthshine[ray]'` on each machine."
        ) from error
    return import_module("ray")


def load_serve() -> Any:
    """Return the package `ray.serve`. Raises `Unavailable` where it is not installed."""
    load_ray()
    serve = import_module("ray.serve")
    logging.getLogger("ray.serve").setLevel(logging.WARNING)  # it tells the terminal each of its steps
    return serve


def connect(address: str, data: Path) -> Any:
    """Connect this process to the cluster at `address`, or to the one whose node runs here; returns the package `ray`.

    Raises `Unavailable` when there is none.
    """
    prepare_environment(data)
    ray = load_ray()
    try:
        if address != "auto":
            # Ray itself would try for minutes.
            host, _, port = address.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, logging_level="error")
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unavailable(
            f"No Ray cluster can be reached from here ({reason}). This machine must be one of its nodes: "
            "`earthshine cluster start` begins a cluster, `earthshine cluster start --join HOST:PORT` joins one."
        ) from error
    return ray
