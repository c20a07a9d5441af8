"""Ways out of a sandbox that were tried before us. Each ends without an error when it gets out.

`OSError` means that it was held. Anything else is a fault of the attempt, and fails the test. An attempt that is
`proved` gets out where there is no sandbox: a test runs it there too, so that none of them holds by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

PREAMBLE = """
import ctypes, errno, fcntl, mmap, os, pty, signal, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
E = os.environ
def held(): raise OSError(errno.EPERM, "held")
def call(x86, arm, *args):
    number = x86 if os.uname().machine == "x86_64" else arm
    if number is None: held()
    # An int would fill half of a register, and what stood in the other half be read as well.
    result = libc.syscall(*(ctypes.c_long(each) if isinstance(each, int) else each for each in (number, *args)))
    if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
def read(path):
    with open(path, "rb") as file: return file.read(100)
def secret(path):
    if read(path) != b"a secret of the host": held()
"""
RUN = """
try:
    attempt()
except OSError as error:
    print("held:", error)
else:
    print("OUT")
"""


@dataclass(frozen=True)
class Attempt:
    """One way, as the body of a Python function."""

    name: str
    code: str
    proved: bool = True

    def program(self) -> str:
        """Return what is to be run."""
        body = "\n".join(f"    {line}" for line in self.code.strip().splitlines())
        return f"{PREAMBLE}\ndef attempt():\n{body}\n{RUN}"


A = Attempt

ATTEMPTS = (
    # files
    A("a file of the host", "secret(E['SECRET'])"),
    A("a link to a file of the host", "os.symlink(E['SECRET'], f'link{os.getpid()}'); secret(f'link{os.getpid()}')"),
    A(
        "a link to a folder of the host",
        "n=f'd{os.getpid()}'; os.symlink(os.path.dirname(E['SECRET']), n); secret(n+'/secret')",
    ),
    A("upwards out of the workspace", "secret('../' * 20 + E['SECRET'].lstrip('/'))"),
    A("the root of one's own process", "secret('/proc/self/root' + E['SECRET'])"),
    A("the root of the first process", "secret('/proc/1/root' + E['SECRET'])", proved=False),
    A("the root of the parent", "secret(f'/proc/{os.getppid()}/root' + E['SECRET'])"),
    A("the folder of a process of the host", "secret(f'/proc/{E[\"HOST\"]}/root' + E['SECRET'])"),
    A("a hard link to a file of the host", "n=f'hard{os.getpid()}'; os.link(E['SECRET'], n); secret(n)"),
    A(
        "a file of the host, moved",
        "os.rename(E['SECRET'] + '-to-move', f'moved{os.getpid()}'); os.rename(f'moved{os.getpid()}', E['SECRET'] + '-to-move')",
    ),
    A("a file of the host, written", "os.close(os.open(E['SECRET'] + '-to-move', os.O_WRONLY))"),
    A("a file of the host, emptied", "os.truncate(E['SECRET'] + '-to-move', 3)"),
    A("a file of the host, opened up", "os.chmod(E['SECRET'] + '-to-move', 0o644)"),
    A("the times of a file of the host", "os.utime(E['SECRET'] + '-to-move', (1, 1))"),
    A("a new file beside the secret", "os.close(os.open(E['SECRET'] + str(os.getpid()), os.O_CREAT | os.O_WRONLY))"),
    A("the passwords of the host", "read('/etc/shadow')"),
    A("the accounts, written", "os.close(os.open('/etc/passwd', os.O_WRONLY))"),
    A("a program of the host, written", "os.close(os.open('/usr/bin/env', os.O_WRONLY))", proved=False),
    A("a new program", "os.close(os.open('/usr/bin/escaped', os.O_CREAT | os.O_WRONLY))", proved=False),
    A("the interpreter's packages, written", "os.close(os.open(os.__file__, os.O_WRONLY))"),
    A("the agent, written", "os.close(os.open(E['AGENT'], os.O_WRONLY))"),
    A("a file in the root", "os.close(os.open('/escaped', os.O_CREAT | os.O_WRONLY))", proved=False),
    A("a file among the devices", "os.close(os.open('/dev/escaped', os.O_CREAT | os.O_WRONLY))", proved=False),
    A(
        "a device of one's own",
        "n=f'dev{os.getpid()}'; os.mknod(n, 0o600 | 0o20000, os.makedev(1, 3)); os.close(os.open(n, os.O_RDWR))",
    ),
    A("the kernel's log", "os.close(os.open('/dev/kmsg', os.O_RDONLY))"),
    A("a disk", "os.close(os.open(E['DISK'], os.O_RDONLY))", proved=False),
    A("the memory of the host", "read('/dev/mem')", proved=False),
    A("shared memory of the host", "secret(E['SHARED'])"),
    A("what the kernel calls at a crash", "os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY))"),
    A("the kernel's trigger", "os.close(os.open('/proc/sysrq-trigger', os.O_WRONLY))", proved=False),
    A("the kernel's settings", "os.close(os.open('/proc/sys/vm/overcommit_memory', os.O_WRONLY))"),
    A("the devices in /sys", "os.listdir('/sys/kernel')"),
    A("groups of processes", "os.listdir('/sys/fs/cgroup')"),
    A("descriptors that were left open", "[os.fstat(n) for n in range(3, 1024)][0]; held()", proved=False),
    A(
        "any descriptor that was left open",
        """
found = []
for n in range(3, 1024):
    try: os.fstat(n); found.append(n)
    except OSError: pass
if not found: held()
""",
        proved=False,
    ),
    A(
        "a file by its handle",
        "buffer = struct.pack('Ii', 128, 0) + bytes(128); call(303, 264, -100, b'/usr', buffer, ctypes.byref(ctypes.c_int()), 0)",
    ),
    A("another root", "os.chroot('.')"),
    # processes
    A("a signal to a process of the host", "os.kill(int(E['HOST']), 0)"),
    A("the variables of a process of the host", "read(f'/proc/{E[\"HOST\"]}/environ')"),
    A("the variables of the first process", "read('/proc/1/environ')", proved=False),
    A("the memory of the parent", "os.close(os.open(f'/proc/{os.getppid()}/mem', os.O_RDWR))"),
    A("descriptors of the parent", "os.readlink(f'/proc/{os.getppid()}/fd/0')"),
    A("the limits of a process of the host", "import resource; resource.prlimit(int(E['HOST']), resource.RLIMIT_CORE)"),
    A(
        "higher limits of one's own",
        """
import resource
soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
try: resource.setrlimit(resource.RLIMIT_CPU, (soft, -1))
except ValueError: held()
""",
    ),
    A("a higher rank", "os.nice(-20)"),
    A("being root", "os.setuid(0)"),
    A("another group", "os.setgroups([0])"),
    A(
        "a program that makes root",
        "import subprocess; r = subprocess.run(['/usr/bin/su', '-c', 'true'], stdin=subprocess.DEVNULL, capture_output=True)\nif r.returncode: held()",
    ),
    A("tracing", "call(101, 117, ctypes.c_long(0), 0, 0, 0)"),
    A(
        "memory of another process",
        "b = ctypes.create_string_buffer(8); v = struct.pack('PN', ctypes.addressof(b), 8); call(310, 270, os.getpid(), v, 1, v, 1, 0)",
    ),
    A("a descriptor of another process", "p = os.pidfd_open(os.getpid()); call(438, 438, p, 0, 0)"),
    A("comparing processes", "call(312, 272, os.getpid(), os.getpid(), 0, 0, 0)"),
    # the kernel
    A("a user namespace", "call(272, 97, ctypes.c_long(0x10000000))"),
    A("a mount namespace", "call(272, 97, ctypes.c_long(0x00020000))"),
    A("a network namespace", "call(272, 97, ctypes.c_long(0x40000000))"),
    A(
        "a user namespace of a child",
        """
pid = call(56, 220, ctypes.c_long(0x10000000 | 17), 0, 0, 0, 0)
if pid == 0: os._exit(0)
os.waitpid(pid, 0)
""",
    ),
    A(
        "a child by clone3",
        """
arguments = struct.pack('8Q', 0x10000000, 0, 0, 0, 17, 0, 0, 0)
pid = call(435, 435, arguments, len(arguments))
if pid == 0: os._exit(0)
os.waitpid(pid, 0)
""",
    ),
    A("the namespace of another", "n = os.open('/proc/self/ns/net', os.O_RDONLY); call(308, 268, n, 0)"),
    A(
        "a mount",
        "os.makedirs('m', exist_ok=True); call(165, 40, b'none', os.path.abspath('m').encode(), b'tmpfs', 0, 0); libc.umount2(os.path.abspath('m').encode(), 2)",
    ),
    A("a mount of a mount", "call(428, 428, -100, b'/usr', 1)"),
    A("a new file system", "call(430, 430, b'tmpfs', 0)"),
    A("an unmount", "call(166, 39, b'/proc', 2)", proved=False),
    A("another root for all", "call(155, 41, b'.', b'.')", proved=False),
    A(
        "programs in the kernel",
        "a = struct.pack('IIII', 1, 4, 4, 1) + bytes(112); os.close(call(321, 280, 0, a, len(a)))",
    ),
    A(
        "performance counters",
        "a = struct.pack('IIQQQQ', 1, 112, 0, 0, 0, 0) + bytes(72); os.close(call(298, 241, a, 0, -1, -1, 0))",
    ),
    A("faults in user space", "os.close(call(323, 282, 0))"),
    A("rings of calls", "os.close(call(425, 425, 4, bytes(120)))"),
    A("rings of old", "c = ctypes.c_ulong(0); call(206, 0, 4, ctypes.byref(c))"),
    A("the kernel's keys", "call(248, 217, b'user', b'earthshine-test', b'x', 1, ctypes.c_long(-2))"),
    A("reading the kernel's keys", "call(250, 219, 0, ctypes.c_long(-3), 0)"),
    A("another personality", "call(135, 92, ctypes.c_ulong(0x0040000))"),
    A("memory without a name", "os.close(call(319, 279, b'x', 0))"),
    A("secret memory", "os.close(call(447, 447, 0))", proved=False),
    A("shared memory of System V", "call(29, 194, 0, 4096, 0o600 | 0o1000)"),
    A("messages of System V", "call(68, 186, 0, 0o600 | 0o1000)"),
    A(
        "message queues",
        "os.close(call(240, 180, b'earthshine-test', 0o102, 0o600, None)); call(241, 181, b'earthshine-test')",
    ),
    A("segments of old", "call(154, None, 0, bytes(16), 16)"),
    A("calls of another word size", "call(0x40000000 + 39, None)", proved=False),
    A("modules of the kernel", "call(313, 273, 0, b'', 0)", proved=False),
    A("the clock", "call(227, 112, 0, struct.pack('qq', 0, 0))", proved=False),
    A("the name of the host", "call(170, 161, b'escaped', 7)", proved=False),
    A("the kernel's messages", "call(103, 116, 10, 0, 0)"),
    A("accounting", "call(163, 89, b'/tmp/none')", proved=False),
    A("swap", "call(168, 225, b'/none')", proved=False),
    A("ports of the machine", "call(172, None, 3)", proved=False),
    A("watching all files", "os.close(call(300, 262, 0, 0))"),
    A("words in a terminal", "m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b'x')"),
    A(
        "words in a terminal, with upper bits",
        "m, s = pty.openpty(); call(16, 29, s, ctypes.c_ulong(0x1_0000_5412), b'x')",
    ),
    A("a paste in a terminal", "m, s = pty.openpty(); fcntl.ioctl(s, 0x541C, bytes([2]))", proved=False),
    # the network
    A("a server of this machine", "socket.create_connection(('127.0.0.1', int(E['PORT'])), 2)"),
    A("a server of this machine, by its other address", "socket.create_connection(('::1', int(E['PORT6'])), 2)"),
    A("the addresses of a cloud's secrets", "socket.create_connection(('169.254.169.254', 80), 1)", proved=False),
    A("a name", "socket.getaddrinfo('example.com', 80)", proved=False),
    A(
        "a question to a name server",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('8.8.8.8', 53))",
        proved=False,
    ),
    A("a socket of the host", "socket.socket(socket.AF_UNIX).connect(E['SOCKET'])"),
    A("an abstract socket of the host", "socket.socket(socket.AF_UNIX).connect('\\0' + E['ABSTRACT'])"),
    A("the kernel's messages about networks", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
    A("packets", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)"),
    A("raw packets", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    A("the kernel's ciphers", "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0)", proved=False),
    A("a socket to the hypervisor", "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM, 0)", proved=False),
)
