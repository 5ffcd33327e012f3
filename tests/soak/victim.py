# SPDX-License-Identifier: Apache-2.0
"""A node that others misbehave towards, with one that behaves: it must get every block all the same."""

import os
import pathlib
import threading
import time

import live

ANSWER_S = 30  # within so long a node answers, also one with sanitizers on a busy machine


class Victim:
    """A node that makes blocks on its slots, and a follower. The program should be one with
    AddressSanitizer: leaks are looked for at the end."""

    def __init__(self, program, folder, more=()):
        # GLib's own allocator would hide from sanitizers what becomes of memory.
        environment = {"ASAN_OPTIONS": "detect_leaks=1:exitcode=99", "G_SLICE": "always-malloc",
                       "UBSAN_OPTIONS": "print_stacktrace=1"}
        self.logs = [folder / "victim.err", folder / "follower.err"]
        self.events = Events(folder / "events")
        self.node = live.Node(
            program, live.PRODUCER + ["--enable-stale-production", "--quiet", "--bnet-threads", "4",
                                      "--close-timeout", "1", "--log-json", str(self.events.path),
                                      *more], self.logs[0], environment).begin()
        self.follower = live.Node(program, ["--quiet", "--bnet-connect", self.node.peer],
                                  self.logs[1], environment).begin()
        self.follower.wait(head=3)
        self.peer_id = self.follower.ask("status")["peer_id"]
        self.session = self.address()
        self.descriptors = self.node.count("fd")
        self.threads = self.node.count("task")
        self.memory_kib = self.node.memory_kib()
        self.looks = 0

    def address(self):
        """Where the session with the follower comes from: a new one would have another port."""
        sessions = [session for session in self.node.ask("sessions", ANSWER_S)["sessions"]
                    if session["peer_id"] == self.peer_id and session["ready"]]
        live.check(len(sessions) == 1, "the one that behaves has lost its session")
        return sessions[0]["remote"]

    def look(self):
        """The node answers, and the follower gets the block that is its head now."""
        head = self.node.ask("status", ANSWER_S)["head"]
        self.follower.wait(ANSWER_S, head=head["number"])
        block = self.follower.ask("block", number=head["number"])
        live.check(block["block_id"] == head["id"], "the one that behaves has another chain")
        self.looks += 1

    def end(self):
        """Both end well, and nothing is left behind."""
        live.check(self.address() == self.session, "the one that behaves has lost its session")
        self.node.wait(sessions=1)
        self.look()
        due = time.monotonic() + live.LIMIT_S  # who is closed has a second to answer
        while self.node.count("fd") > self.descriptors and time.monotonic() < due:
            self.look()
        live.check(self.node.count("fd") <= self.descriptors,
                   f"{self.node.count('fd')} descriptors, {self.descriptors} before")
        live.check(self.node.count("task") == self.threads,
                   f"{self.node.count('task')} threads, {self.threads} before")
        memory_kib = self.node.memory_kib()
        head = self.node.ask("status")["head"]["number"]
        ends = (("follower", self.follower, self.logs[1]), ("node", self.node, self.logs[0]))
        for name, node, log in ends:
            status = node.quit()
            live.check(status == 0, f"the {name} ended with {status}: see {log}")
            live.check(log.read_bytes() == b"", f"the {name} complains: see {log}")
        self.events.end()
        return (f"{self.looks} looks at the one that behaves; head {head}; memory "
                f"{self.memory_kib // 1024} MiB before, {memory_kib // 1024} MiB after; "
                "no crash, no leak, no descriptor or thread left")


class Events:
    """Counts the events of a log as they come; the log is a pipe."""

    def __init__(self, path):
        self.path = path
        self.counts = {b'"what":"received"': 0, b'"what":"malformed"': 0, b'"what":"refused"': 0}
        os.mkfifo(path)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        with open(self.path, "rb", buffering=0) as pipe:
            rest = b""
            while data := pipe.read(1 << 16):
                lines, _, rest = (rest + data).rpartition(b"\n")
                for what in self.counts:
                    self.counts[what] += lines.count(what)

    def judged(self):
        """Messages and frames that were taken up: good ones and malformed ones."""
        return self.counts[b'"what":"received"'] + self.malformed()

    def malformed(self):
        return self.counts[b'"what":"malformed"']

    def end(self):
        self.thread.join(live.LIMIT_S)
        live.check(not self.thread.is_alive(), "the log does not end")
        pathlib.Path(self.path).unlink()
