# SPDX-License-Identifier: Apache-2.0
"""The three nodes of the manual: one makes blocks on its slots, the second has them from it, the
third from the second; and one more that follows the first for irreversible blocks alone.

The second is killed in the middle and started again: it goes on with what it had told. A transaction
of the third reaches all. By the whole log of the first, nothing above its LIB went to the last one, and
by the whole log of that one, it never had such a block.

Usage: three_nodes.py PROGRAM FOLDER. Ends with 0 if all was so, 1 if not.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "soak"))

import live  # pylint: disable=wrong-import-position


def begin(program, folder, name, *arguments):
    return live.Node(program, ["--quiet", "--data-dir", str(folder / name), "--log-json",
                               str(folder / (name + ".jsonl")), *arguments]).begin()


def dial(*nodes):
    return [word for node in nodes for word in ("--bnet-connect", node.peer)]


def events(folder, name):
    with open(folder / (name + ".jsonl"), encoding="ascii") as lines:
        yield from map(json.loads, lines)


def numbers(event):
    """Of the blocks that a message names or has."""
    if event["message"] == "signed_block":
        return [event["number"]]
    if event["message"] == "block_notice":
        return [int(block_id[:8], 16) for block_id in event["ids"]]
    return []


def judge_sender(folder, peer):
    """What the first sent to the last was irreversible by then: (number of blocks, LIB)."""
    lib = blocks = 0
    sessions = set()
    for event in events(folder, "one"):
        if event["what"] == "irreversible":
            lib = event["number"]
        elif event["what"] == "received" and event["message"] == "hello":
            if event["peer_id"] == peer:
                sessions.add(event["session"])
        elif event["what"] == "sent" and event["session"] in sessions:
            for number in numbers(event):
                live.check(number <= lib, f"block {number} went out at LIB {lib}: {event}")
            blocks += event["message"] == "signed_block"
    live.check(sessions, "the last one had no session")
    return blocks, lib


def judge_receiver(folder, most):
    heads = [event["number"] for event in events(folder, "last") if event["what"] == "applied"]
    live.check(heads == sorted(set(heads)), f"not one block after the other: {heads}")
    live.check(heads and heads[-1] <= most, f"it has {heads[-1:]} of LIB {most}")
    return heads


def main(program, folder):
    one = begin(program, folder, "one", *live.PRODUCER, "--enable-stale-production")
    last = begin(program, folder, "last", "--bnet-follow-irreversible", "1", *dial(one))
    three = begin(program, folder, "three")
    two = begin(program, folder, "two", *dial(one, three))
    three.wait(head=4, lib=3)
    told = two.ask("status")
    two.kill()
    one.wait(head=told["head"]["number"] + 2)
    two = begin(program, folder, "two", *dial(one, three))
    again = next(event for event in reversed(list(events(folder, "two")))
                 if event["what"] == "started")
    live.check(again["head"]["number"] >= told["head"]["number"], f"{again} after {told}")
    trx = three.ask("push_transaction")["transaction"]
    for node in (one, two, three, last):
        node.wait(transaction=trx)
    head = one.ask("status")["head"]
    for node in (two, three):
        node.wait(head=head["number"])
        block = node.ask("block", number=head["number"])
        live.check(block["block_id"] == head["id"], "they have different chains")
    last.wait(head=head["number"])
    peer = last.ask("status")["peer_id"]
    for node in (last, three, two, one):
        live.check(node.quit() == 0, "a node did not end well")
    blocks, lib = judge_sender(folder, peer)
    heads = judge_receiver(folder, lib)
    live.check(blocks >= len(heads), f"{blocks} blocks were sent, {len(heads)} have come")
    print(f"three nodes: good; {blocks} blocks to the one that follows irreversible blocks")


if __name__ == "__main__":
    try:
        main(sys.argv[1], pathlib.Path(sys.argv[2]))
    except live.Failure as failure:
        sys.exit(f"FAILED: {failure}")
