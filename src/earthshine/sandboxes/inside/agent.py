"""The first process of a sandbox: it waits, and starts what the server asks for behind the walls.

It speaks JSON over its standard input, a socket that keeps messages apart; the three streams of a command come with the
message that asks for it. Between it and each command stands a keeper, which ends what the command leaves behind.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress

from . import lockdown

TYPE_CHECKING = False
"""As in `typing`, whose import takes longer than all others here."""
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    Message = Mapping[str, Any]

_MOST = 256 * 1024
_FIRST = 3
_DESCRIPTORS = 4096
_USER = 1000
"""Who commands are, as they see themselves."""


class Agent:
    """Serves one socket until the server is gone."""

    def __init__(self, link: socket.socket, plan: Message, walls: lockdown.Walls) -> None:
        self._link, self._plan, self._walls = link, plan, walls
        self._keepers: dict[int, int] = {}
        self._ended, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Start what is asked for, and tell what has ended, until the socket does."""
        self._say({"ready": True, "landlock": self._walls.version})
        while True:
            ready, _, _ = select.select([self._link, self._ended], [], [])
            if self._ended in ready:
                with suppress(BlockingIOError):
                    os.read(self._ended, 4096)
                self._reap()
            if self._link in ready:
                data, handles, _, _ = socket.recv_fds(self._link, _MOST, 3)
                if not data:
                    return
                try:
                    self._do(json.loads(data), handles)
                finally:
                    for handle in handles:
                        os.close(handle)

    def _do(self, message: Message, handles: list[int]) -> None:
        if "kill" in message:
            for pid, number in self._keepers.items():
                if number == message["kill"]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGTERM)
            return
        try:
            pid = os.fork()
        except OSError as error:
            self._say({"id": message["run"], "error": f"no process could be started: {error.strerror}"})
            return
        if pid == 0:
            try:
                keep(message, handles, self._walls, self._plan["limits"])
            finally:
                os._exit(126)
        self._keepers[pid] = message["run"]

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self._keepers.pop(pid, None)
            if number is None:
                continue  # left behind by a keeper that was killed
            self._say({"id": number, "exit": _code(status)})
            if os.WIFSIGNALED(status):
                sys.exit(1)  # its command killed it, so nobody knows what runs: the sandbox ends with all of it

    def _say(self, message: Message) -> None:
        self._link.sendall(json.dumps(message).encode())


def keep(message: Message, handles: list[int], walls: lockdown.Walls, limits: Mapping[str, int]) -> None:
    """Run one command, end all that it started, and exit as it did."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    lockdown.adopt()
    told = False
    pid = 0

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    signal.signal(signal.SIGTERM, end)
    pid = os.fork()
    if pid == 0:
        try:
            become(message, handles, walls, limits)
        finally:
            os._exit(126)
    if told:
        end(0, None)
    os.closerange(0, _FIRST)
    for handle in handles:
        os.close(handle)
    while True:
        done, status = os.waitpid(-1, 0)
        if done == pid:
            break
    _sweep()
    os._exit(_code(status))


def become(message: Message, handles: list[int], walls: lockdown.Walls, limits: Mapping[str, int]) -> None:
    """Turn this process into the command; does not return."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.setsid()
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
    argv, env = [str(each) for each in message["argv"]], {str(k): str(v) for k, v in message["env"].items()}
    try:
        walls.enter(limits)
        os.closerange(_FIRST, _DESCRIPTORS)
        os.chdir(message["cwd"])
        _execute(argv, env)
    except FileNotFoundError as error:
        _complain(f"{error.filename or argv[0]}: not found", 127)
    except OSError as error:
        _complain(f"{error.filename or argv[0]}: {error.strerror}", 126)


def _execute(argv: list[str], env: dict[str, str]) -> None:
    """As `os.execvpe`, which imports a module, and from where one may not read any more."""
    folders = [""] if "/" in argv[0] else env["PATH"].split(":")
    fault: OSError = FileNotFoundError(2, "", argv[0])
    for folder in folders:
        try:
            os.execve(os.path.join(folder, argv[0]), argv, env)  # noqa: S606  a shell is only there when asked for
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            fault = error
    raise fault


def _complain(words: str, code: int) -> None:
    with suppress(OSError):
        os.write(2, f"sandbox: {words}\n".encode())
    os._exit(code)


def _sweep() -> None:
    """Kill and bury all children, those too that come to this process when theirs are gone."""
    while True:
        with suppress(OSError), open(f"/proc/self/task/{os.getpid()}/children") as children:
            for child in children.read().split():
                with suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _code(status: int) -> int:
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Have the wake-up descriptor written to."""


def main() -> None:
    """Read the plan, make the walls ready, serve, and leave nothing behind."""
    link = socket.socket(fileno=os.dup(0))
    told = link.recv(_MOST)
    if not told:
        for each in sys.argv[1:]:
            os.rmdir(each)  # the server died before it said anything
        return
    plan = json.loads(told)
    walls = lockdown.Walls(plan)
    remove = None
    if plan["removes"]:
        from shutil import rmtree as remove  # now: later the interpreter's own files may be out of reach
    own = not plan["orphan"] if plan["user"] is None else lockdown.become_nobody(plan["user"], _USER)
    if not own:
        plan["limits"]["RLIMIT_NPROC"] += plan["others"]
    lockdown.hide()
    lockdown.adopt()
    if not plan["orphan"]:
        lockdown.die_with_parent()  # else its end of the socket says so, and there is something to do first
    with suppress(OSError):
        os.nice(5)
    if plan["egress"]:
        from . import bridge

        bridge.start(plan["egress"], plan["port"])
    agent = Agent(link, plan, walls)
    try:
        agent.serve()
    finally:
        _sweep()
        if remove is not None:
            remove(plan["removes"], ignore_errors=True)
