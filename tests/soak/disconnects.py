#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks connections to a running node off, in every state that they can be in: before and within the
handshake, within a frame's header or contents, before and after hello, while the node sends its chain; by
a reset, by an end without a close, by half a close, or by a close frame that nobody awaits.

All the time another node must get every block from it; it must answer, and in the end it must stop
well, with no descriptor, thread or memory left behind.

Ends with 0 if all was so, 1 if not.
"""

import random
import select
import time

import live
import victim

LIMIT_S = 60
PLACES = ("nothing", "in the request", "after the request", "in a frame's header", "in a frame",
          "in hello", "after hello", "after hello, chain wanted", "after a close frame", "in pieces")
ENDS = ("reset", "close", "half a close")


def first_bytes(chance, place):
    """What is sent before the connection is broken off."""
    wanted = live.frame(live.hello(b"\2" + chance.randbytes(32),
                                   0 if place == "after hello, chain wanted" else 0x7fffffff))
    if place == "nothing":
        return b""
    if place == "in the request":
        return live.REQUEST[:chance.randrange(1, len(live.REQUEST))]
    if place == "after the request":
        return live.REQUEST
    if place == "in hello":
        return live.REQUEST + wanted[:chance.randrange(1, len(wanted))]
    out = live.REQUEST + wanted
    if place == "in a frame's header":
        out += live.frame(bytes(chance.choice((3, 300, 70000))))[:chance.randrange(1, 6)]
    elif place == "in a frame":
        payload = live.frame(bytes(chance.choice((30, 300, 70000))))
        out += payload[:chance.randrange(6, len(payload))]
    elif place == "after a close frame":
        out += live.frame(b"\3\xe8", 0x88)
    return out


def begin(chance, port, place):
    client = live.connect(port, f"127.0.1.{chance.randrange(1, 250)}")
    data = first_bytes(chance, place if place != "in pieces" else chance.choice(PLACES[1:-1]))
    if place == "in pieces":
        cut = chance.randrange(len(data))
        client.sendall(data[:cut])
        data = data[cut:]
    if data:
        client.sendall(data)
    if chance.randrange(2) and data.startswith(b"GET") and len(data) >= len(live.REQUEST):
        client.recv(chance.choice((1, 1000, 100000)))  # the node has begun to answer
    return client


def finish(client, end):
    """True: the node has to end it."""
    if end == "reset":
        live.cut_off(client)
    elif end == "close":
        client.close()
    else:
        client.shutdown(live.socket.SHUT_WR)
        return True
    return False


def read_to_end(client):
    due = time.monotonic() + LIMIT_S
    try:
        while select.select([client], [], [], max(0, due - time.monotonic()))[0]:
            if not client.recv(1 << 20):
                client.close()
                return
    except ConnectionResetError:
        client.close()
        return
    raise live.Failure(f"a connection is stuck: not ended within {LIMIT_S} s of half a close")


def main(chosen, folder):
    chance = random.Random(chosen.seed)
    target = victim.Victim(chosen.program, folder, ["--max-sessions", "64"])
    done = {}
    began = looked = time.monotonic()
    while sum(done.values()) < chosen.count:
        batch = []
        for _ in range(chance.choice((1, 1, 8, 30))):
            what = chance.choice(PLACES), chance.choice(ENDS)
            batch.append((begin(chance, target.node.port, what[0]), what[1]))
            done[what] = done.get(what, 0) + 1
        halves = [client for client, end in batch if finish(client, end)]
        for client in halves:
            read_to_end(client)
        if time.monotonic() - looked > 1:
            target.look()
            looked = time.monotonic()
    took_s = time.monotonic() - began
    text = target.end()
    live.say(f"{sum(done.values())} connections broken off in {len(done)} ways in {took_s:.0f} s, "
             f"each at least {min(done.values())} times; {text}")


if __name__ == "__main__":
    options = live.arguments(__doc__, 10000)
    live.run(main, options)
