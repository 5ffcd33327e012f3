#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Opens many sessions (--count) with one node and measures it: its memory with none and with all of
them, and how many messages it sends a second when blocks are made. Every session must get every block, in
order, and must still be there at the end; pings are answered, and the node's own are counted, too.

Ends with 0 if all was so, 1 if not.
"""

import select
import time

import live

ADDRESSES = 4       # of the clients, so that there are ports enough
BLOCKS = 100        # that are made when all are there


class Peer:
    """A session that takes everything and answers pings."""

    def __init__(self, port, index):
        self.frames = live.Frames()
        self.head = 1
        self.messages = 0
        self.is_closed = False
        self.client = live.connect(port, f"127.0.2.{1 + index % ADDRESSES}")
        who = b"\2" + index.to_bytes(32, "big")
        self.client.sendall(live.REQUEST + live.frame(live.hello(who)))
        self.client.setblocking(False)

    def take(self, message):
        self.messages += 1
        if message[0] == 3:
            number, _ = live.block_of(message)
            live.check(number == self.head + 1, f"block {number} comes after block {self.head}")
            self.head = number
        elif message[0] == 5:
            self.client.send(live.frame(live.pong(message)))

    def read(self):
        data = self.client.recv(1 << 16)
        live.check(data, "a session is closed")
        for first, payload in self.frames.feed(data):
            live.check(first != 0x88, f"a session is closed: {payload!r}")
            if first == 0x82:
                self.take(payload)


class Crowd:
    """All of them."""

    def __init__(self):
        self.poll = select.epoll()
        self.peers = {}

    def add(self, peer):
        self.peers[peer.client.fileno()] = peer
        self.poll.register(peer.client.fileno(), select.EPOLLIN)

    def read_until(self, is_so, what):
        due = time.monotonic() + live.LIMIT_S
        while not is_so():
            live.check(time.monotonic() < due, f"not within {live.LIMIT_S} s: {what}")
            for fd, _ in self.poll.poll(1):
                self.peers[fd].read()

    def messages(self):
        return sum(peer.messages for peer in self.peers.values())

    def have(self, number):
        return all(peer.head >= number for peer in self.peers.values())


def wait_for(node, crowd, **wanted):
    """The node's answer to a command that waits, while the crowd is read."""
    node.say("wait", timeout=live.LIMIT_S, **wanted)
    due = time.monotonic() + 2 * live.LIMIT_S
    while True:
        line = node.try_line(0)
        if line is not None:
            answer = live.json.loads(line)
            live.check(answer["ok"], f"wait {wanted}: {answer}")
            return
        live.check(time.monotonic() < due, "the node does not answer")
        for fd, _ in crowd.poll.poll(0.01):
            crowd.peers[fd].read()


def main(chosen, folder):
    node = live.Node(chosen.program, live.PRODUCER + [
        "--produce-on-command", "--quiet", "--bnet-threads", str(chosen.threads), "--max-sessions",
        str(chosen.count), "--data-dir", str(folder / "chain")]).begin()
    crowd = Crowd()
    before_kib = node.memory_kib()
    began = time.monotonic()
    for index in range(chosen.count):
        crowd.add(Peer(node.port, index))
    wait_for(node, crowd, sessions=chosen.count)
    opened_s = time.monotonic() - began
    open_kib = node.memory_kib()
    messages, cpu_s, began = crowd.messages(), node.cpu_s(), time.monotonic()
    for number in range(2, BLOCKS + 2):
        node.ask("produce", slots="next")
        crowd.read_until(lambda wanted=number: crowd.have(wanted), f"all have block {number}")
    took_s = time.monotonic() - began
    messages, cpu_s = crowd.messages() - messages, node.cpu_s() - cpu_s
    wait_for(node, crowd, sessions=chosen.count)
    after_kib = node.memory_kib()
    live.check(node.quit() == 0, "the node did not end well")
    live.say(f"{chosen.count} sessions open after {opened_s:.2f} s; memory {before_kib // 1024} MiB before, "
             f"{open_kib // 1024} MiB with them ({(open_kib - before_kib) / chosen.count:.1f} KiB each), "
             f"{after_kib // 1024} MiB after {BLOCKS} blocks to each; {messages} messages in {took_s:.2f} s: "
             f"{messages / took_s:.0f} a second, {1e6 * cpu_s / messages:.1f} us of processor each")


if __name__ == "__main__":
    options = live.arguments(__doc__, 1000, [
        ("--threads", {"type": int, "default": 4, "help": "network threads (default: 4)"})])
    live.run(main, options)
