"""The filter, run by a small machine of our own for both kinds of processors; the kernel runs it in `test_escapes`."""

from __future__ import annotations

import struct

import pytest

from earthshine.sandboxes.seccomp.filter import ABSENT, BY_PATH, FORBIDDEN, build_filter, supported
from earthshine.sandboxes.seccomp.numbers import NUMBERS

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
ALLOW, KILL, EPERM, EACCES, ENOSYS = 0x7FFF0000, 0x80000000, 0x50001, 0x5000D, 0x50026


def verdict(code: bytes, machine: int, number: int, *arguments: int) -> int:
    """Run the filter for one call, as the kernel does."""
    data = struct.pack("<IIQ6Q", number, machine, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("<HBBI", code))
    at = accumulator = 0
    while True:
        operation, yes, no, operand = steps[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x06:
            return operand
        else:
            met = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}
            at += yes if met[operation] else no


@pytest.mark.parametrize("machine", MACHINES)
def test_each_call_that_is_named_is_refused_and_others_are_not(machine: str) -> None:
    column, architecture = MACHINES[machine]
    code = build_filter(network=True, paths=False, machine=machine)
    named = {NUMBERS[name][column]: EPERM for name in FORBIDDEN + BY_PATH}
    named |= {NUMBERS[name][column]: ENOSYS for name in ABSENT}
    looked_at = {NUMBERS[name][column] for name in ("clone", "ioctl", "socket")}
    for number in range(500):
        if number not in looked_at:
            assert verdict(code, architecture, number) == named.get(number, ALLOW), number
    assert len(code) // 8 < 4096  # what the kernel takes at most


@pytest.mark.parametrize("machine", MACHINES)
def test_paths_may_be_changed_where_something_else_watches_them(machine: str) -> None:
    column, architecture = MACHINES[machine]
    code = build_filter(network=True, paths=True, machine=machine)
    assert verdict(code, architecture, NUMBERS["fchmodat"][column] or 0) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (17,), ALLOW),
        ("clone", (0x10000000 | 17,), EPERM),
        ("clone", (0x80,), EPERM),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),
        ("ioctl", (0, 0xFFFFFFFF_00005412), EPERM),
        ("socket", (2,), ALLOW),
        ("socket", (10,), ALLOW),
        ("socket", (1,), EACCES),
        ("socket", (16,), EACCES),
        ("socket", (0xFFFFFFFF_00000002,), ALLOW),
    ],
)
def test_arguments_are_looked_at(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    column, architecture = MACHINES[machine]
    code = build_filter(network=True, paths=True, machine=machine)
    assert verdict(code, architecture, NUMBERS[name][column] or 0, *arguments) == expected


def test_without_a_network_there_are_no_sockets_at_all() -> None:
    code = build_filter(network=False, paths=True, machine="x86_64")
    assert {verdict(code, 0xC000003E, 41, family) for family in range(50)} == {EACCES}


def test_calls_of_other_machines_end_the_process() -> None:
    code = build_filter(network=True, paths=True, machine="x86_64")
    assert verdict(code, 0x40000003, 1) == KILL
    assert verdict(code, 0xC000003E, 0x40000000 + 39) == ENOSYS
    assert not supported("riscv64")
