#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that a run is the same however Bnetlab is built: builds it with each compiler and each way
of compiling, runs all scenarios that are shipped with one job and with two, and compares every trace
hash with tests/golden/hashes.txt. Prints a table, and each hash that differs.

Ends with 0 if all are equal, 1 if not, 2 if something could not be built or run.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "hashes.txt"
FOLDER = ROOT / "build-determinism"
# Flags and sanitizers of each way; without flags it is the release, optimized as a whole.
WAYS = {
    "O0": ("-O0", ""),
    "O2": ("-O2", ""),
    "release": ("", ""),
    "O3-native": ("-O3 -march=native", ""),
    "asan": ("-O1", "address;undefined"),
}
BUILDS = [(compiler, way) for compiler in ("gcc", "clang") for way in WAYS]
JOBS = (1, 2)


class Failure(Exception):
    """A build or a run that came to nothing."""


def call(command, log):
    with open(log, "ab") as output:
        status = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                                stderr=subprocess.STDOUT, check=False).returncode
    if status != 0:
        raise Failure(f"status {status} of {' '.join(command)}; see {log}")


def build(compiler, way, jobs):
    """The program that comes of it."""
    folder = FOLDER / f"{compiler}-{way}"
    folder.mkdir(parents=True, exist_ok=True)
    flags, sanitize = WAYS[way]
    log = folder / "build.log"
    log.write_bytes(b"")
    call(["cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja",
          f"-DCMAKE_C_COMPILER={compiler}", f"-DCMAKE_BUILD_TYPE={'None' if flags else 'Release'}",
          f"-DCMAKE_C_FLAGS={flags}", f"-DBNET_SANITIZE={sanitize}", "-DBNET_TESTS=OFF"], log)
    call(["cmake", "--build", str(folder), "--parallel", str(jobs), "--target", "bnetlab"], log)
    return folder / "bnetlab"


def golden():
    lines = GOLDEN.read_text(encoding="utf-8").split("\n")
    return dict(line.split(" ") for line in lines if line)


def hashes(program, jobs):
    """The trace hash of each scenario, by its name in the golden file."""
    done = subprocess.run([str(program), "run", "--json", f"--jobs={jobs}", "scenarios"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, encoding="utf-8")
    if done.returncode not in (0, 1):
        last = done.stderr.strip().splitlines()[-1:] or ["nothing said"]
        raise Failure(f"{program}: status {done.returncode}: {last[0]}")
    found = {}
    for result in json.loads(done.stdout)["suite"]:
        name = result["path"].removeprefix("scenarios/").removesuffix(".json")
        found[name] = result["trace_hash"]
    return found


def differences(wanted, found):
    return [(name, wanted.get(name, "none"), found.get(name, "none"))
            for name in sorted(wanted.keys() | found.keys())
            if wanted.get(name) != found.get(name)]


def judge(wanted, found):
    """A cell of the table."""
    wrong = differences(wanted, found)
    equal = len(wanted) - sum(name in wanted for name, _, _ in wrong)
    return f"{equal} equal" + (f", {len(wrong)} differ" if wrong else ""), wrong


def report(row):
    print(row.rstrip(), flush=True)


def check(compiler, way, arguments, wanted):
    """Prints the row of a build. How many hashes differ."""
    begun = time.monotonic()
    program = build(compiler, way, arguments.jobs)
    built = time.monotonic()
    cells = [judge(wanted, hashes(program, jobs)) for jobs in JOBS]
    ended = time.monotonic()
    flags, sanitize = WAYS[way]
    report(f"{compiler:8}{flags or 'release':20}{'ASan, UBSan' if sanitize else '':13}"
           + "".join(f"{text:24}" for text, _ in cells)
           + f"{built - begun:6.0f} s{ended - built:6.0f} s")
    for jobs, (_, wrong) in zip(JOBS, cells):
        for name, was, now in wrong:
            report(f"    --jobs {jobs}  {name}: {now}, golden {was}")
    return sum(len(wrong) for _, wrong in cells)


def main():
    parser = argparse.ArgumentParser(description="Compares the trace hashes of all builds.")
    parser.add_argument("--only", metavar="PATTERN", default="",
                        help="builds whose name fits: " + ", ".join("-".join(b) for b in BUILDS))
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count(),
                        help="files to compile at a time")
    arguments = parser.parse_args()
    builds = [(compiler, way) for compiler, way in BUILDS
              if re.search(arguments.only, f"{compiler}-{way}")]
    if not builds:
        parser.error(f"--only {arguments.only}: no build fits")
    wanted = golden()
    begun = time.monotonic()
    report(f"{'compiler':8}{'':1}{'options':19}{'':13}"
           + "".join(f"{'--jobs ' + str(jobs):24}" for jobs in JOBS) + "   build     runs")
    wrong = failed = 0
    for compiler, way in builds:
        try:
            wrong += check(compiler, way, arguments, wanted)
        except Failure as failure:
            report(f"{compiler:8}{way:20}{failure}")
            failed += 1
    report(f"{len(wanted)} scenarios, {len(builds)} builds, {time.monotonic() - begun:.0f} s: "
           + ("every hash is the golden one" if wrong + failed == 0
              else f"{wrong} hashes differ, {failed} builds failed"))
    return 2 if failed else min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
