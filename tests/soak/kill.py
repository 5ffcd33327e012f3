#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a node with SIGKILL at random moments while it gets a chain, and starts it again.

Each start must open the chain. What the node had acknowledged before the kill must be there: head and
LIB of its answers, and the blocks and LIBs that it named or sent to a peer, which a raw client notes.
What had left the process by then counts, though nobody had read it yet. In every fourth round a
record that is cut, as a crash of the machine may leave one, is put behind the kill: the node must say that
it cut it off, and lose nothing.

Ends with 0 if all was so, 1 if not.
"""

import random
import struct
import threading
import zlib

import live

BLOCKS = 8000       # of the chain that is got; then it begins anew
MOMENT_S = 0.150    # the kill comes up to so long after the first answer
START_S = 0.030     # or, in every eighth round, so long after the start
TORN = b"were cut off and are kept in"


class Witness:
    """A peer of the node that notes what it was told."""

    def __init__(self, port, who):
        self.number = 0
        self.id = None
        self.lib = 0
        self.messages = 0
        self.failed = None
        self.client = live.connect(port)
        self.client.sendall(live.REQUEST + live.frame(live.hello(who)))
        self.thread = threading.Thread(target=self.listen)
        self.thread.start()

    def note(self, number, block_id):
        if number > self.number:
            self.number, self.id = number, block_id

    def note_ids(self, data, at):
        n, at = live.read_varuint(data, at)
        for i in range(n):
            block_id = data[at + 32 * i:at + 32 * i + 32]
            self.note(struct.unpack(">I", block_id[:4])[0], block_id)

    def take(self, message):
        self.messages += 1
        kind = message[0]
        if kind == 0:
            at = 35
            for _ in range(5):  # four texts and the version
                n, at = live.read_varuint(message, at)
                at += n
            self.lib = max(self.lib, struct.unpack_from("<I", message, at + 33)[0])
            self.note_ids(message, at + 37)
        elif kind == 2:
            self.note_ids(message, 1)
        elif kind == 3:
            self.note(*live.block_of(message))
        elif kind == 5:
            self.lib = max(self.lib, struct.unpack_from("<I", message, 41)[0])
            self.client.sendall(live.frame(live.pong(message)))

    def listen(self):
        frames = live.Frames()
        try:
            while True:
                data = self.client.recv(1 << 20)
                if not data:
                    return
                for first, payload in frames.feed(data):
                    if first == 0x82:
                        self.take(payload)
        except OSError:
            return  # the kill
        except live.Failure as failure:
            self.failed = failure

    def end(self):
        self.thread.join(live.LIMIT_S)
        live.check(not self.thread.is_alive(), "a connection outlives its node")
        self.client.close()
        if self.failed:
            raise self.failed


class Told:
    """The most that was acknowledged."""

    def __init__(self):
        self.number = 1
        self.id = None
        self.lib = 0

    def note(self, number, block_id, lib):
        if number > self.number:
            self.number, self.id = number, block_id
        self.lib = max(self.lib, lib)

    def note_answer(self, answer):
        if "head" in answer:
            self.note(answer["head"]["number"], answer["head"].get("id"), answer["lib"]["number"])

    def note_witness(self, witness):
        self.note(witness.number, witness.id.hex() if witness.id else None, witness.lib)


def verify(node, told):
    """What was acknowledged is there."""
    status = node.ask("status")
    live.check(status["head"]["number"] >= told.number,
               f"head {told.number} was acknowledged, and is {status['head']['number']}")
    live.check(status["lib"]["number"] >= told.lib,
               f"LIB {told.lib} was acknowledged, and is {status['lib']['number']}")
    if told.id:
        block = node.ask("block", number=told.number)
        live.check(block["block_id"] == told.id,
                   f"block {told.number} was {told.id}, and is {block['block_id']}")
    return status


def tear(chance, folder):
    """Puts the beginning of a record behind the file of the reversible blocks."""
    block = chance.randbytes(chance.randrange(1, 2000))
    record = struct.pack("<II", len(block), zlib.crc32(block)) + block
    with open(folder / "reversible.log", "ab") as file:
        file.write(record[:chance.randrange(1, len(record))])


def main(chosen, folder):
    chance = random.Random(chosen.seed)
    source = live.Node(chosen.program, live.PRODUCER + ["--produce-on-command", "--quiet"]).begin()
    source.ask("produce", count=BLOCKS, slots="next")
    told = Told()
    torn = planted = chains = messages = 0
    is_planted = False
    for round_ in range(chosen.count):
        chain = folder / f"chain-{chains}"
        log = folder / "stderr"
        node = live.Node(chosen.program, ["--data-dir", str(chain), "--bnet-connect", source.peer], log)
        in_start = round_ % 8 == 7
        if in_start:
            threading.Event().wait(chance.random() * START_S)  # the moment of the kill, no waiting
            for answer in node.kill():
                told.note_answer(answer)
        else:
            node.begin()
            status = verify(node, told)
            told.note_answer(status)
            witness = Witness(node.port, b"\2" + chance.randbytes(32))
            due = chance.random() * MOMENT_S
            threading.Timer(due, node.process.kill).start()
            while True:  # it is asked again and again until it is killed
                try:
                    node.say("status")
                except BrokenPipeError:
                    break
                line = node.try_line(live.LIMIT_S)
                if line is None:
                    break
                told.note_answer(live.json.loads(line))
            for answer in node.kill():
                told.note_answer(answer)
            witness.end()
            told.note_witness(witness)
            messages += witness.messages
            was_torn = TORN in log.read_bytes()
            live.check(was_torn or not is_planted, "a torn record is not told of")
            torn += was_torn and not is_planted
            is_planted = False
        if told.number >= BLOCKS + 1:
            told = Told()
            chains += 1
        elif round_ % 4 == 3 and (chain / "reversible.log").exists() and not is_planted:
            tear(chance, chain)
            is_planted = True
            planted += 1
    live.check(source.quit() == 0, "the source did not end well")
    live.say(f"{chosen.count} kills of SIGKILL, {chains} chains of {BLOCKS} blocks got to the end; "
             f"{messages} messages witnessed; torn records: {planted} planted and all told of, "
             f"{torn} others; nothing that was acknowledged is lost")


if __name__ == "__main__":
    options = live.arguments(__doc__, 200)
    live.run(main, options)
