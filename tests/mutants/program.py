# SPDX-License-Identifier: Apache-2.0
"""Builds mutated programs out of a build folder, and runs them."""

import functools
import json
import pathlib
import re
import shlex
import subprocess
import threading

import mutant as mutants

# How a source is compiled to see whether what it computes depends on it: as the build does; without
# optimization; with another value in what nobody initializes.
WAYS = ([], ["-O0"], ["-ftrivial-auto-var-init=pattern"])
# A mutant may leave something unused, but it means what it says.
FLAGS = ["-g0", "-Wno-error", "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
         "-Werror=implicit-function-declaration"]
LIBRARIES = {"core": "libbnet.a", "sim": "libbnet_sim.a"}


class Failure(Exception):
    """A program that cannot be built or that does not do its work; neither is a kill."""

    def __init__(self, outcome, text):
        super().__init__(text)
        self.outcome = outcome


def call(command, limit, folder):
    try:
        return subprocess.run(command, cwd=folder, timeout=limit, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              encoding="utf-8", errors="replace")
    except subprocess.TimeoutExpired:
        raise Failure("timeout", f"more than {limit:g} s: {shlex.join(command)}") from None


class Result:
    """What a run reports."""

    def __init__(self, report):
        self.hash = report["trace_hash"]
        failed = [check for check in report["checks"] if check["violations"] > 0
                  or (check["id"].startswith("expect/") and check["verdict"] == "fail")]
        self.failed = [check["id"] for check in failed]
        self.details = {check["id"]: check["detail"] for check in failed}
        self.properties = [check["id"] for check in report["checks"]
                           if mutants.is_property(check["id"])]


class Program:
    """A bnetlab."""

    def __init__(self, path):
        self.path = path

    def run(self, scenario, seed, limit):
        command = [str(self.path), "run", "--json", "--jobs=1"]
        command += [] if seed is None else [f"--seed={seed}"]
        done = call(command + [scenario], limit, mutants.ROOT)
        if done.returncode not in (0, 1):
            last = done.stderr.strip().splitlines()[-1:] or ["nothing said"]
            raise Failure("crash", f"{mutants.run_name(scenario, seed)}: status "
                                   f"{done.returncode}: {last[0]}")
        return Result(json.loads(done.stdout))


class Build:
    """A build folder: how it compiles and links, and the program that is not mutated."""

    def __init__(self, folder, scratch):
        self.folder = folder
        self.scratch = scratch
        entries = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
        self.compile = {}
        for entry in entries:
            path = pathlib.Path(entry["file"])
            if path.is_relative_to(mutants.ROOT):
                self.compile[str(path.relative_to(mutants.ROOT))] = shlex.split(entry["command"])
        commands = call(["ninja", "-t", "commands", "bnetlab"], 60, folder).stdout
        line = commands.strip().splitlines()[-1]
        self.link_command = shlex.split(re.sub(r"^: && | && :$", "", line.strip()))
        self.plain = Program(folder / "bnetlab")
        self.lock = threading.Lock()
        self.locks = {}

    def properties(self):
        return self.clean("scenarios/basics/quickstart.json", None, 60).properties

    def clean(self, scenario, seed, limit):
        """The run without a mutant, once for each scenario and seed."""
        with self.lock:
            lock = self.locks.setdefault((scenario, seed), threading.Lock())
        with lock:
            return self.clean_once(scenario, seed, limit)

    @functools.lru_cache(maxsize=None)
    def clean_once(self, scenario, seed, limit):
        return self.plain.run(scenario, seed, limit)

    def object_of(self, source, text, folder, way):
        """Compiles a text in place of a source."""
        if source not in self.compile:
            raise Failure("does not build", f"{source} is not part of {self.folder}")
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        command = self.compile[source]
        place = command.index("-o")
        output = f"{path}.o"
        command = command[:place] + [*FLAGS, *way, "-o", output, "-c", str(path)]
        done = call(command, 120, self.folder)
        if done.returncode != 0:
            raise Failure("does not build", "\n  ".join(done.stderr.strip().splitlines()[:6]))
        return output

    def link(self, sources, folder, way=()):
        """A program in which these texts take the place of the sources of their names."""
        objects = [self.object_of(source, text, folder, way) for source, text in sources.items()]
        command = list(self.link_command)
        place = command.index("-o")
        output = str(folder / "bnetlab")
        command[place + 1] = output
        command[place:place] = objects
        done = call(command + ["-Wl,-s", "-Wl,-t", "-Wl,-t"], 120, self.folder)
        if done.returncode != 0:
            raise Failure("does not build", "\n  ".join(done.stderr.strip().splitlines()[:6]))
        for source in sources:
            member = f"/{LIBRARIES[source.partition('/')[0]]})" + pathlib.PurePath(source).name
            if f"{member}.o" in done.stdout:
                raise Failure("does not build", f"{source} was linked as it was, too")
        return Program(output)
