#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that the checks can fail: breaks Bnetlab in known ways and looks who notices.

Each tests/mutants/NUMBER-NAME.mutant is one way (mutant.py reads them). The changed source is
compiled with the flags of the build folder and linked before the libraries, into a program of its
own in a temporary folder; nothing of it gets into the build folder. docs/mutants.md has the rest.

Ends with 0 if all mutants met with what they expect, 1 if not, 2 on bad usage.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import mutant as mutants  # noqa: E402
import program as programs  # noqa: E402

DOCUMENT = mutants.ROOT / "docs" / "mutants.md"
CHECKS = mutants.ROOT / "docs" / "checks.md"
GOOD = ("killed", "survived as it must", "no check")


class Verdict:
    """What became of a mutant."""

    def __init__(self, mutant):
        self.mutant = mutant
        self.outcome = "survived"
        self.fired = []
        self.where = ""
        self.detail = ""
        self.seconds = 0.0

    def says(self, outcome, detail=""):
        self.outcome = outcome
        self.detail = detail
        return self

    def as_json(self):
        return {
            "mutant": self.mutant.id,
            "title": self.mutant.title,
            "expected": self.mutant.expects,
            "outcome": self.outcome,
            "killed_by": self.fired,
            "where": self.where,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
        }


def is_unchecked(check):
    """docs/checks.md says that nothing checks the property."""
    row_of = re.search(rf"^\| {check} \|.*\| ([^|]*) \|$", CHECKS.read_text(encoding="utf-8"), re.M)
    return row_of is not None and row_of[1].startswith("no")


class Judge:
    """Judges mutants against one build."""

    def __init__(self, build, folder, limit, catalogue):
        self.build = build
        self.folder = folder
        self.limit = limit
        self.catalogue = catalogue
        self.known = build.properties()

    def judge(self, mutant):
        begun = time.monotonic()
        verdict = Verdict(mutant)
        try:
            self.judge_well(verdict)
        except mutants.Misfit as problem:
            verdict.says("does not fit", str(problem))
        except programs.Failure as problem:
            verdict.says(problem.outcome, str(problem))
        verdict.seconds = time.monotonic() - begun
        return verdict

    def judge_well(self, verdict):
        mutant = verdict.mutant
        edits = mutant.edits
        if mutant.blinds:
            other = self.catalogue.get(mutant.blinds)
            if not other:
                raise mutants.Misfit(f"there is no mutant {mutant.blinds}")
            edits = edits + other.edits
            mutant = other
        sources = mutants.apply(edits)
        if mutant.is_property() and mutant.expects not in self.known:
            if is_unchecked(mutant.expects):
                return verdict.says("no check", f"nothing checks {mutant.expects}")
            raise mutants.Misfit(f"nothing checks {mutant.expects}, and docs/checks.md says it does")
        if mutant.expects == "hash":
            return self.compare_hashes(verdict, sources)
        if verdict.mutant.blinds:
            return self.judge_blind(verdict, mutant, sources)
        program = self.build.link(sources, self.folder / mutant.id)
        if mutant.expects in self.first_kill(verdict, mutant, program):
            return verdict.says("killed")
        if verdict.fired:
            return verdict.says("killed by another", "by " + " ".join(verdict.fired))
        return verdict

    def judge_blind(self, verdict, mutant, sources):
        """The mutant is killed, and is not when its check is blind."""
        folder = self.folder / verdict.mutant.id
        seeing = self.build.link(mutants.apply(mutant.edits), folder / "seeing")
        if self.first_kill(verdict, mutant, seeing) != [mutant.expects]:
            return verdict.says("not blind", f"{mutant.expects} alone must kill {mutant.id}")
        blind = self.build.link(sources, folder / "blind")
        if self.first_kill(verdict, mutant, blind):
            return verdict.says("not blind", "the check reports what it should not see")
        return verdict.says("survived as it must")

    def first_kill(self, verdict, mutant, program):
        """Runs until the expected property fires; what has fired in that run, or in any."""
        everything = []
        for scenario, seed in mutant.runs():
            before = self.build.clean(scenario, seed, self.limit)
            if mutant.expects in before.failed:
                raise mutants.Misfit(f"{scenario} fails {mutant.expects} without the mutant")
            result = program.run(scenario, seed, self.limit)
            fired = [check for check in result.failed if check not in before.failed]
            if mutant.expects in fired:
                verdict.fired = fired
                verdict.where = mutants.run_name(scenario, seed)
                verdict.detail = result.details[mutant.expects]
                return fired
            everything += [check for check in fired if check not in everything]
        verdict.fired = everything
        return everything

    def compare_hashes(self, verdict, sources):
        """Repeats runs, with each way of compiling; one hash differs from another, or none."""
        mutant = verdict.mutant
        ways = programs.WAYS
        built = [self.build.link(sources, self.folder / f"{mutant.id}-{i}", way)
                 for i, way in enumerate(ways)]
        original = mutants.originals(mutant.edits)
        clean = [self.build.link(original, self.folder / f"{mutant.id}-clean-{i}", way)
                 for i, way in enumerate(ways)]
        for scenario, seed in mutant.runs():
            honest = {program.run(scenario, seed, self.limit).hash for program in clean}
            if len(honest) != 1:
                raise mutants.Misfit(f"{scenario} has several hashes without the mutant")
            hashes = [[program.run(scenario, seed, self.limit).hash for _ in range(3)]
                      for program in built]
            if len(set(sum(hashes, []))) > 1:
                repeats = any(len(set(of_one)) > 1 for of_one in hashes)
                verdict.fired = ["hash"]
                verdict.where = mutants.run_name(scenario, seed)
                return verdict.says("killed", "differs between " + (
                    "repetitions" if repeats else "ways of compiling"))
        return verdict


def sole_killers(verdicts):
    """Which mutants a property alone has killed, by property."""
    alone = {}
    for verdict in verdicts:
        fired = [check for check in verdict.fired if mutants.is_property(check)]
        if verdict.outcome == "killed" and len(fired) == 1:
            alone.setdefault(fired[0], []).append(verdict.mutant.number)
    return alone


def never_alone():
    """Properties of which docs/mutants.md tells why they are never the only one."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.partition("## Never alone")[2].partition("\n## ")[0]
    return re.findall(r"^- ([A-Z]\d):", section, re.MULTILINE)


def unproven(verdicts, known):
    """Properties that no mutant needs, and whose absence nobody has explained."""
    alone = sole_killers(verdicts)
    excused = never_alone()
    return [check for check in known if check not in alone and check not in excused]


def plural(items):
    return "" if len(items) == 1 else "s"


def row(verdict):
    expects = verdict.mutant.expects
    fired = [check for check in verdict.fired if check == expects or not check.startswith("expect")]
    return (f"{verdict.mutant.id:28} {expects:15} {verdict.outcome:19} {' '.join(fired):18} "
            f"{verdict.where:24} {verdict.seconds:5.2f} s").rstrip()


def report(verdicts, known, whole, seconds):
    for verdict in verdicts:
        if verdict.outcome not in GOOD:
            print(f"\n{verdict.mutant.id}: {verdict.outcome}\n  {verdict.mutant.title}"
                  + (f"\n  {verdict.detail}" if verdict.detail else ""))
    counts = {}
    for verdict in verdicts:
        counts[verdict.outcome] = counts.get(verdict.outcome, 0) + 1
    alone = sole_killers(verdicts)
    print("\nthe only one to see: " + ("; ".join(
        f"{check} {' '.join(map(str, alone[check]))}" for check in known if check in alone) or "none"))
    missing = unproven(verdicts, known) if whole else []
    if missing:
        print("never the only one, and docs/mutants.md does not say why: " + " ".join(missing))
    print(f"{len(verdicts)} mutant{plural(verdicts)}: " + ", ".join(
        f"{count} {outcome}" for outcome, count in sorted(counts.items())) + f" ({seconds:.1f} s)")


def judge_all(judge, chosen, jobs, budget, show):
    begun = time.monotonic()
    verdicts = []
    if show:
        print(f"{'mutant':28} {'expects':15} {'outcome':19} {'seen by':18} {'in':24} {'time':>7}")

    def one(mutant):
        if budget and time.monotonic() - begun > budget:
            return Verdict(mutant).says("no time", "the budget was used up")
        return judge.judge(mutant)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(one, chosen):
            verdicts.append(verdict)
            if show:
                print(row(verdict), flush=True)
    return verdicts, time.monotonic() - begun


def arguments():
    parser = argparse.ArgumentParser(prog="./dev mutants",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", help="build folder (Ninja) with bnetlab built; ./dev gives that of the release")
    parser.add_argument("--only", metavar="PATTERN", help="mutants whose id or property matches")
    parser.add_argument("--folder", default=mutants.FOLDER, metavar="FOLDER", help="of the mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="mutants at a time, as many as there are processors if it is not said")
    parser.add_argument("--limit", type=float, default=20.0, metavar="SECONDS", help="of one run")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="none is begun later")
    parser.add_argument("--json", action="store_true", help="results as JSON")
    parser.add_argument("--write-table", action="store_true", help="bring docs/mutants.md up to date")
    parser.add_argument("--fit", action="store_true",
                        help="only see whether all texts fit, and the table")
    return parser.parse_args()


def documented(catalogue):
    """docs/mutants.md, and what it should be."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, heading, _ = text.partition("\n## The mutants\n")
    return text, before + heading + "\n" + mutants.table(catalogue) + "\n"


def see_fit(catalogue, chosen):
    misfits = 0
    for mutant in chosen:
        try:
            mutants.apply(mutant.edits)
        except mutants.Misfit as problem:
            print(f"{mutant.id}: {problem}")
            misfits += 1
    text, should_be = documented(catalogue)
    if text != should_be:
        print("docs/mutants.md: the table is not of these mutants; run ./dev mutants --write-table")
    verb = "does" if misfits == 1 else "do"
    print(f"{len(chosen)} mutant{plural(chosen)}, {misfits} {verb} not fit")
    return 1 if misfits or text != should_be else 0


def main():
    options = arguments()
    try:
        catalogue = mutants.read_all(options.folder)
    except mutants.Misfit as problem:
        print(problem)
        return 1
    if options.write_table:
        DOCUMENT.write_text(documented(catalogue)[1], encoding="utf-8")
        return 0
    chosen = [m for m in catalogue.values() if not options.only
              or re.search(options.only, m.id) or options.only == m.expects]
    if options.fit:
        return see_fit(catalogue, chosen)
    if not options.build or not chosen:
        print("mutants: a build folder is needed" if chosen else "mutants: no such mutant",
              file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        build = programs.Build(pathlib.Path(options.build).resolve(), pathlib.Path(folder))
        judge = Judge(build, pathlib.Path(folder), options.limit, catalogue)
        verdicts, seconds = judge_all(judge, chosen, max(1, options.jobs), options.budget,
                                      not options.json)
    whole = not options.only
    if options.json:
        print(json.dumps({
            "mutants": [verdict.as_json() for verdict in verdicts],
            "only_one_to_see": sole_killers(verdicts),
            "unproven": unproven(verdicts, judge.known) if whole else [],
            "seconds": round(seconds, 3),
        }, indent=2))
    else:
        report(verdicts, judge.known, whole, seconds)
    bad = [v for v in verdicts if v.outcome not in GOOD]
    return 1 if bad or (whole and unproven(verdicts, judge.known)) else 0


if __name__ == "__main__":
    sys.exit(main())
