#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how fast a node gets a chain from another over the loopback: one of empty blocks (--count of
them), or a blocks.log (--log FILE, with --eosio-2 if its chain needs it). Both keep their chain on disk;
at the end each block's id is compared.

Ends with 0 if the chains are equal, 1 if not.
"""

import json
import os
import pathlib
import shutil
import subprocess
import time

import live

SYNC_S = 3600
STEP = 1000  # blocks that are made at a time


def genesis_of(program, log):
    """The genesis state of a log, as a node reads it from a file."""
    decoded = subprocess.Popen([program, "decode", "--json", str(log)], stdout=subprocess.PIPE)
    first = json.loads(decoded.stdout.readline())
    decoded.stdout.close()
    decoded.wait()
    state = first["blocks_log"]["genesis_state"]
    return {key: value for key, value in state.items() if not key.startswith("#")}


def serve_log(chosen, folder):
    """A node with a copy of the log, and what both nodes are given besides."""
    (folder / "one").mkdir()
    shutil.copy(chosen.log, folder / "one" / "blocks.log")
    os.chmod(folder / "one" / "blocks.log", 0o600)
    genesis = folder / "genesis.json"
    genesis.write_text(json.dumps(genesis_of(chosen.program, chosen.log)), "ascii")
    more = ["--genesis-json", str(genesis)] + (["--eosio-2"] if chosen.eosio_2 else [])
    return live.Node(chosen.program, ["--quiet", "--data-dir", str(folder / "one")] + more).begin(), more


def serve_empty_blocks(chosen, folder):
    options = ["--produce-on-command", "--quiet", "--data-dir", str(folder / "one")]
    node = live.Node(chosen.program, live.PRODUCER + options).begin()
    for done in range(0, chosen.count, STEP):
        node.ask("produce", SYNC_S, count=min(STEP, chosen.count - done), slots="next")
    return node, []


def ids(program, path):
    decoded = subprocess.Popen([program, "decode", "--json", str(path)], stdout=subprocess.PIPE)
    for line in decoded.stdout:
        value = json.loads(line)
        if "block" in value:
            yield value["block"]["#id"]
    live.check(decoded.wait() == 0, f"{path} does not decode")


def compare(chosen, folder, last):
    """The logs of both have the same blocks, up to that number at least."""
    n = 0
    for one, other in zip(ids(chosen.program, folder / "one" / "blocks.log"),
                          ids(chosen.program, folder / "two" / "blocks.log")):
        live.check(one == other, f"block {n + 1} is {one} and {other}")
        n += 1
    live.check(n >= last, f"{n} blocks are in both logs, and should be {last}")
    return n


def main(chosen, folder):
    began = time.monotonic()
    source, more = (serve_log if chosen.log else serve_empty_blocks)(chosen, folder)
    status = source.ask("status")
    live.say(f"a chain up to block {status['head']['number']} is ready after {time.monotonic() - began:.1f} s")
    before_s = source.cpu_s()
    began = time.monotonic()
    follower = live.Node(chosen.program, ["--quiet", "--data-dir", str(folder / "two"),
                                          "--bnet-connect", source.peer] + more).begin()
    # All of a log is irreversible for who has it, and only what the rules say for who gets it.
    lib = follower.wait(SYNC_S, head_id=status["head"]["id"])["lib"]["number"]
    took_s = time.monotonic() - began
    cpu_s = follower.cpu_s(), source.cpu_s() - before_s
    memory = follower.memory_kib("VmHWM") // 1024, source.memory_kib("VmHWM") // 1024
    for node in (follower, source):
        live.check(node.quit() == 0, "a node did not end well")
    n = compare(chosen, folder, lib)
    size = pathlib.Path(folder / "two" / "blocks.log").stat().st_size
    blocks = status["head"]["number"] - 1
    live.say(f"{blocks} blocks, a log of {size} bytes, in {took_s:.2f} s: {blocks / took_s:.0f} blocks/s; "
             f"processor: {cpu_s[0]:.2f} s who gets them, {cpu_s[1]:.2f} s who sends them; memory: "
             f"{memory[0]} and {memory[1]} MiB; the ids of {n} irreversible blocks are equal")


if __name__ == "__main__":
    options = live.arguments(__doc__, 100000, [
        ("--log", {"help": "a blocks.log to serve", "metavar": "FILE"}),
        ("--eosio-2", {"action": "store_true", "help": "its blocks may have extensions"})])
    live.run(main, options)
