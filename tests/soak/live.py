# SPDX-License-Identifier: Apache-2.0
"""What the soak tests share: nodes as processes that are spoken to by control lines, and raw clients.

Nothing sleeps for a time that is hoped to be enough: whoever waits, waits for an answer, for bytes or
for an end, and fails after a limit.
"""

import argparse
import hashlib
import json
import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = 120
# The development key, which is the one of the default genesis state.
KEY = "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
PRODUCER = ["--producer", "eosio", "--private-key", KEY]
CHAIN_ID = bytes.fromhex("cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f")
REQUEST = (b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
# A server of sockets that were cut off abruptly shall have no address that is still waiting.
ABRUPT = struct.pack("ii", 1, 0)


class Failure(Exception):
    """Something that must not happen."""


def check(condition, what):
    if not condition:
        raise Failure(what)


class Node:
    """A process `bnetlab node` on a free port of the loopback, with control over its standard input."""

    def __init__(self, program, arguments, log=None, environment=None):
        self.log = open(log, "wb") if log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [program, "node", "--control", "-", "--bnet-endpoint", "127.0.0.1:0"] + arguments,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, bufsize=0,
            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid
        self.unread = b""
        self.port = None

    def begin(self):
        """Waits for the first answer, with the port."""
        self.port = self.ask("status")["port"]
        return self

    @property
    def peer(self):
        return f"127.0.0.1:{self.port}"

    def say(self, cmd, **arguments):
        line = json.dumps({"cmd": cmd, **arguments}) + "\n"
        self.process.stdin.write(line.encode())

    def try_line(self, limit_s):
        """The next line; None: none came within the time, or the node has ended."""
        due = time.monotonic() + limit_s
        while b"\n" not in self.unread:
            left = max(0, due - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                return None
            got = os.read(self.process.stdout.fileno(), 65536)
            if not got:
                return None
            self.unread += got
        line, self.unread = self.unread.split(b"\n", 1)
        return line

    def answer(self, limit_s=LIMIT_S):
        line = self.try_line(limit_s)
        check(line is not None, f"node {self.pid} does not answer within {limit_s} s")
        return json.loads(line)

    def ask(self, cmd, limit_s=LIMIT_S, **arguments):
        """The answer to a command that must succeed."""
        self.say(cmd, **arguments)
        answer = self.answer(limit_s)
        check(answer["ok"], f"{cmd} {arguments}: {answer}")
        return answer

    def wait(self, timeout=LIMIT_S, **wanted):
        return self.ask("wait", timeout + LIMIT_S, timeout=timeout, **wanted)

    def kill(self):
        """Kills it; the lines that it had said, and nobody had read."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(LIMIT_S)
        said = self.unread + self.process.stdout.read()
        self.close()
        return [json.loads(line) for line in said.split(b"\n")[:-1]]

    def quit(self):
        """Its exit status, when it was asked to end."""
        self.say("quit")
        try:
            status = self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired as late:
            raise Failure(f"node {self.pid} does not end within {LIMIT_S} s") from late
        self.close()
        return status

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        if self.log is not subprocess.DEVNULL:
            self.log.close()

    def cpu_s(self):
        """Seconds of the processor, system included."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self, what="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines():
            if line.startswith(what + ":"):
                return int(line.split()[1])
        raise Failure(f"no {what} of {self.pid}")

    def count(self, what):
        """How many descriptors ("fd") or threads ("task") it has."""
        return len(os.listdir(f"/proc/{self.pid}/{what}"))


# --- bytes ---------------------------------------------------------------------------------------


def frame(payload, first=0x82):
    """A frame as a client sends it, masked with zeros."""
    n = len(payload)
    if n < 126:
        head = struct.pack(">BB", first, 0x80 | n)
    elif n < 65536:
        head = struct.pack(">BBH", first, 0x80 | 126, n)
    else:
        head = struct.pack(">BBQ", first, 0x80 | 127, n)
    return head + bytes(4) + payload


def varuint(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def hello(who, lib=0, ids=(), chain_id=CHAIN_ID, transactions=True):
    """`who`: 33 bytes of a key that need not be one."""
    return (b"\0\0" + who + b"\0\0\0\0" + b"\x051.0.1" + chain_id + bytes([transactions]) +
            struct.pack("<I", lib) + varuint(len(ids)) + b"".join(ids))


def pong(ping):
    return b"\6" + ping[1:41]


def block_of(message):
    """Number and id of a signed_block without new producers and extensions."""
    header = message[2:118]
    number = struct.unpack(">I", header[14:18])[0] + 1
    return number, struct.pack(">I", number) + hashlib.sha256(header).digest()[4:]


def read_varuint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            return value, at


class Frames:
    """Takes bytes of a server, gives frames: (first byte, payload)."""

    def __init__(self):
        self.data = bytearray()
        self.is_open = False

    def feed(self, data):
        self.data += data
        if not self.is_open:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return
            check(self.data.startswith(b"HTTP/1.1 101 "), f"refused: {bytes(self.data[:60])!r}")
            del self.data[:end + 4]
            self.is_open = True
        yield from self.frames()

    def frames(self):
        at = 0
        while len(self.data) - at >= 2:
            n = self.data[at + 1]
            head = 2
            if n == 126 and len(self.data) - at >= 4:
                n, head = struct.unpack_from(">H", self.data, at + 2)[0], 4
            elif n == 127 and len(self.data) - at >= 10:
                n, head = struct.unpack_from(">Q", self.data, at + 2)[0], 10
            elif n >= 126:
                break
            if len(self.data) - at < head + n:
                break
            yield self.data[at], bytes(self.data[at + head:at + head + n])
            at += head + n
        del self.data[:at]


def connect(port, source=None, limit_s=LIMIT_S):
    client = socket.socket()
    client.settimeout(limit_s)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if source:
        client.bind((source, 0))
    client.connect(("127.0.0.1", port))
    return client


def cut_off(client):
    """Ends a connection by a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
    client.close()


# --- the programs --------------------------------------------------------------------------------


def arguments(description, count, more=()):
    """The options of a soak test: more are (name, its keywords of argparse)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", default=str(ROOT / "build" / "bnetlab"),
                        help="the program (default: %(default)s)")
    parser.add_argument("--count", type=int, default=count, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: %(default)s)")
    for name, keywords in more:
        parser.add_argument(name, **keywords)
    chosen = parser.parse_args()
    if chosen.count < 1:
        parser.error("--count is at least 1")
    return chosen


def say(text):
    print(text, flush=True)


def run(main, chosen):
    """Runs a soak test in a temporary folder and ends the program: 0 good, 1 a failure, 2 no
    program."""
    if not os.access(chosen.program, os.X_OK):
        say(f"there is no program {chosen.program}")
        sys.exit(2)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = tempfile.mkdtemp(prefix="bnetlab-soak-")
    began = time.monotonic()
    try:
        main(chosen, pathlib.Path(folder))
    except Failure as failure:
        say(f"FAILED after {time.monotonic() - began:.0f} s: {failure}")
        say(f"what there is of it: {folder}")
        sys.exit(1)
    shutil.rmtree(folder)
    say(f"good; {time.monotonic() - began:.0f} s")
