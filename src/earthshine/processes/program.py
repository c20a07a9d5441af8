"""The child process that runs a server program: `python -m earthshine.processes.program`.

It reads its options as one line of JSON from standard input, starts the program, waits until that answers its health
check, and prints one line of JSON: `{"ready": true}`, or `{"error": "..."}` before it ends. All that the program starts
ends with it: when the program ends, when standard input does (the parent closed it, or died), and when this is killed.

Only the standard library is imported here, so that a child starts fast and stays small.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from earthshine.processes.guard import die_with_parent, leave_signals_to_parent
from earthshine.processes.tree import adopt_orphans, end_descendants

LARGEST_LOG = 4 * 2**20
"""Bytes of a log, after which it is the old one and another is begun; there are two at most."""
_LONGEST_LINE = 8192
_POLL = 0.1

Address = Path | int
"""A unix socket, or a port of this machine."""


def main() -> None:
    """Serve until the program ends or the parent goes away."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    if os.getppid() != options["parent"]:
        os._exit(1)
    address: Address = options["port"] or Path(options["socket"])
    run(
        options["command"],
        lambda: healthy(address),
        environment={**own_environment(), **options["environment"]},
        folder=Path(options["folder"]),
        log=Path(options["log"]),
        secret=options["secret"],
    )


def run(
    command: list[str],
    ready: Callable[[], bool],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log: Path | None = None,
    secret: str = "",
) -> NoReturn:
    """Run a program until it ends or the parent goes away, and report when it is ready.

    It works in `folder`. What it prints goes to our own log, and into the file `log`, without `secret`.
    """
    adopt_orphans()
    try:
        program = subprocess.Popen(  # noqa: S603 (a program that the operator named, or that we made)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if log else sys.stderr,
            stderr=subprocess.STDOUT if log else None,
            env=environment,
            cwd=folder,
            preexec_fn=die_with_parent,
        )
    except OSError as error:
        _report({"error": f"{command[0]} cannot be started: {error.strerror or error}"})
        os._exit(1)
    threading.Thread(target=_outlive_nobody, daemon=True).start()
    logging = threading.Thread(target=_keep_log, args=(program.stdout, log, secret.encode()), daemon=True)
    logging.start()
    while not ready():
        if (ended := program.poll()) is not None:
            end_descendants()
            logging.join(1)
            how = f"signal {-ended}" if ended < 0 else f"exit status {ended}"
            _report({"error": f"the program ended with {how}"})
            os._exit(1)
        time.sleep(_POLL)
    _report({"ready": True})
    ended = program.wait()
    end_descendants()
    logging.join(1)
    os._exit(min(abs(ended), 255))


def healthy(address: Address) -> bool:
    """Whether the program serves: it may listen before its model is loaded, and then says 503."""
    try:
        family, at = (socket.AF_UNIX, str(address)) if isinstance(address, Path) else (socket.AF_INET, None)
        with socket.socket(family) as connection:
            connection.settimeout(5)
            connection.connect(at or ("127.0.0.1", address))
            connection.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in connection.recv(64)
    except OSError:
        return False


def own_environment() -> dict[str, str]:
    """Return our environment without our own settings: they hold keys, and are none of a program's business."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EARTHSHINE_")}


def _outlive_nobody() -> None:
    sys.stdin.read()  # returns when the parent closes its end, or dies
    end_descendants()
    os._exit(0)


def old_log(path: Path) -> Path:
    """Return the file of what a log held before it was begun anew."""
    return path.with_name(f"{path.name}.1")


def _keep_log(stream: IO[bytes] | None, path: Path | None, secret: bytes) -> None:
    """Pass on what the program prints. It must never wait for us, so a disk that is full loses lines."""
    if stream is None or path is None:
        return
    file = _opened(path)
    while line := stream.readline(_LONGEST_LINE):
        line = line.replace(secret, b"***") if secret else line
        sys.stderr.buffer.write(line if line.endswith(b"\n") else line + b"\n")
        sys.stderr.buffer.flush()
        try:
            if file is not None and file.tell() + len(line) > LARGEST_LOG:
                file.close()
                path.replace(old_log(path))
                file = _opened(path)
            if file is not None:
                file.write(line)
        except OSError:
            file = None


def _opened(path: Path) -> IO[bytes] | None:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "ab", 0)
    except OSError:
        return None


def _report(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
