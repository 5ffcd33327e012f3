#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sends a running node frames that are made up: messages that are right and then changed, and frames
that break the rules of WebSocket.

The seeds are the messages of tests/data/wire/vectors.txt, and blocks and ids of the node's own chain.
Counted is what the node has judged, as its log says, not what was sent. All the time another node must
get every block from it; it must answer, and in the end it must stop well, with nothing leaked.

Ends with 0 if all was so, 1 if not.
"""

import multiprocessing
import random
import select
import struct
import time

import live
import victim

WORKERS = 2
AT_ONCE = 12        # connections of a worker
FRAMES_MAX = 12     # of a connection
LIMIT_S = 60        # after which a connection that must end is stuck
INTERESTING = (0, 1, 2, 0x7f, 0x80, 0xff)
NUMBERS = (0, 1, 0x7f, 0x80, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff)


def vectors():
    """Messages that decode, those of the tests of the codec."""
    path = live.ROOT / "tests" / "data" / "wire" / "vectors.txt"
    for line in path.read_text("ascii").splitlines():
        words = line.split()
        if words and words[0] == "ok" and len(words) > 2:
            yield bytes.fromhex(words[2])


def seeds_of(node, head):
    """Of the node's own chain."""
    ids = []
    for number in sorted({1, 2, 3, head // 2, head - 1, head} - {0}):
        block = node.ask("block", number=number)
        ids.append(bytes.fromhex(block["block_id"]))
        yield b"\3\1" + bytes.fromhex(block["block"])
    yield b"\2" + live.varuint(len(ids)) + b"".join(ids)
    yield b"\1" + live.varuint(len(ids)) + b"".join(ids)
    yield b"\5" + struct.pack("<q", 1) + bytes(32) + struct.pack("<I", head)
    yield b"\6" + struct.pack("<q", 1) + bytes(32)


def change(chance, message, seeds):
    """A message that was right, with some changes."""
    data = bytearray(message)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(9)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 1 and data:
            data[at % len(data)] = chance.choice(INTERESTING)
        elif kind == 2:
            data[at:at] = chance.randbytes(chance.choice((1, 2, 4, 40)))
        elif kind == 3:
            del data[at:at + chance.choice((1, 2, 4, 32))]
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            data[at:at] = live.varuint(chance.choice(NUMBERS))
        elif kind == 6:
            data[at:at + 4] = struct.pack("<I", chance.choice(NUMBERS))
        elif kind == 7:
            other = chance.choice(seeds)
            data[at:] = other[chance.randrange(len(other) + 1):]
        elif kind == 8:
            data += data[at:at + 64] * chance.choice((1, 1, 30))
    return bytes(data)


def bad_frame(chance, payload):
    """A frame that is odd, or breaks the rules."""
    kind = chance.randrange(9)
    good = live.frame(payload)
    if kind == 0:
        return bytes([chance.randrange(256)]) + good[1:]
    if kind == 1:
        return bytes([good[0], good[1] & 0x7f]) + good[2:]          # not masked
    if kind == 2:
        return good[:chance.randrange(len(good) + 1)]               # cut
    if kind == 3:
        return struct.pack(">BBQ", 0x82, 0xff, chance.choice((0, 1, 65535, 1 << 24, (1 << 24) + 1,
                                                               1 << 40, 1 << 63))) + bytes(8)
    if kind == 4:
        return live.frame(payload[:130], chance.choice((0x88, 0x89, 0x8a)))
    if kind == 5:
        return live.frame(struct.pack(">H", chance.randrange(65536)) + b"bye", 0x88)
    if kind == 6:
        return chance.randbytes(chance.randrange(1, 64))
    cuts = sorted(chance.randrange(len(payload) + 1) for _ in range(chance.choice((1, 2, 9))))
    parts = [payload[a:b] for a, b in zip([0] + cuts, cuts + [len(payload)])]
    out = b""
    for i, part in enumerate(parts):
        first = (0x80 if i == len(parts) - 1 else 0) | (2 if i == 0 else 0)
        out += live.frame(part, first)
        if kind == 8:
            out += live.frame(b"", 0x89)
    return out


def conversation(chance, seeds):
    """All that a connection sends after the handshake."""
    lib = chance.choice((0, 0x7fffffff, 0x7fffffff, 0x7fffffff))
    out = live.frame(live.hello(b"\2" + chance.randbytes(32), lib)) if chance.randrange(20) else b""
    for _ in range(chance.randrange(1, FRAMES_MAX + 1)):
        payload = change(chance, chance.choice(seeds), seeds)
        out += bad_frame(chance, payload) if chance.randrange(8) == 0 else live.frame(payload)
    return out


def begin(chance, port, source, seeds):
    client = live.connect(port, source)
    client.sendall(live.REQUEST + conversation(chance, seeds))
    if chance.randrange(4) == 0:
        live.cut_off(client)
        return None
    client.shutdown(live.socket.SHUT_WR)
    client.setblocking(False)
    return client


def read_to_end(clients):
    """Every connection ends by the node's doing."""
    poll = select.poll()
    for client in clients:
        poll.register(client, select.POLLIN)
    open_ = {client.fileno(): client for client in clients}
    due = time.monotonic() + LIMIT_S
    while open_:
        ready = poll.poll(max(0, due - time.monotonic()) * 1000)
        live.check(ready, f"{len(open_)} connections are stuck: not ended within {LIMIT_S} s")
        for fd, _ in ready:
            try:
                if open_[fd].recv(1 << 20):
                    continue
            except OSError:
                pass
            poll.unregister(fd)
            open_.pop(fd).close()


def work(index, seed, port, seeds, stops, failures):
    chance = random.Random(f"{seed}/{index}")
    try:
        while not stops.is_set():
            # An address of its own, so that there are ports enough.
            source = f"127.0.{1 + index}.{chance.randrange(1, 250)}"
            clients = [begin(chance, port, source, seeds) for _ in range(AT_ONCE)]
            read_to_end([client for client in clients if client])
    except (live.Failure, OSError) as failure:
        failures.put(f"worker {index}: {failure}")
        stops.set()


def main(chosen, folder):
    target = victim.Victim(chosen.program, folder)
    head = target.node.ask("status")["head"]["number"]
    seeds = list(vectors()) + list(seeds_of(target.node, head))
    context = multiprocessing.get_context("fork")
    stops = context.Event()
    failures = context.Queue()
    port = target.node.port
    workers = [context.Process(target=work, args=(i, chosen.seed, port, seeds, stops, failures))
               for i in range(WORKERS)]
    for worker in workers:
        worker.start()
    began = shown = time.monotonic()
    try:
        while target.events.judged() < chosen.count and not stops.wait(1):
            target.look()
            if time.monotonic() - shown > 30:
                shown = time.monotonic()
                live.say(f"{target.events.judged()} of {chosen.count} after {shown - began:.0f} s")
    finally:
        stops.set()
        for worker in workers:
            worker.join(2 * LIMIT_S)
    live.check(failures.empty(), "" if failures.empty() else failures.get())
    judged, malformed = target.events.judged(), target.events.malformed()
    took_s = time.monotonic() - began
    text = target.end()
    live.say(f"{judged} frames judged in {took_s:.0f} s, {malformed} of them malformed; {text}")


if __name__ == "__main__":
    options = live.arguments(__doc__, 1000000)
    live.run(main, options)
