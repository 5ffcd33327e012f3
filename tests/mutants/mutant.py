# SPDX-License-Identifier: Apache-2.0
"""Reads *.mutant files and applies them to sources.

A file has lines "key: value", then one or more edits; "#" begins a comment before them:

    title: a fork switch leaves the frontier where it was
    expects: S1
    scenario: tests/mutants/forks.json
    seeds: 1-4
    file: core/frontier.c
    --- find
        session->frontier = bnet_store_common(...);
    --- replace
        (void)view;
    --- end

expects is a property, a check of the scenario (expect/bounds/0), or "hash": the trace hash differs
between runs or ways of compiling. scenario may stand several times. seeds are those that are tried,
in order; without it, the scenario's own. blinds names another mutant: this one makes its check
say yes always, and both together must survive. The text to find stands in the file exactly once.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "mutants"
KEYS = ("title", "expects", "scenario", "seeds", "file", "blinds")
SEEDS_MAX = 100


class Misfit(Exception):
    """A mutant that is not written well, or fits the source no longer."""


def is_property(check):
    return re.fullmatch(r"[A-Z]\d+", check) is not None


def run_name(scenario, seed):
    name = pathlib.PurePath(scenario).stem
    return name if seed is None else f"{name} seed {seed}"


class Edit:
    """A text in a file, and what takes its place."""

    def __init__(self, file, find, replace):
        self.file = file
        self.find = find
        self.replace = replace


class Mutant:
    """One way to break Bnetlab."""

    def __init__(self, path):
        self.id = path.stem
        number = re.match(r"(\d+)-[a-z0-9-]+$", self.id)
        if not number:
            raise Misfit(f"{path.name}: a name is NUMBER-NAME.mutant")
        self.number = int(number[1])
        self.title = self.expects = ""
        self.blinds = None
        self.scenarios = []
        self.seeds = [None]
        self.edits = []
        self.read(path)

    def is_property(self):
        return is_property(self.expects)

    def runs(self):
        return [(scenario, seed) for scenario in self.scenarios for seed in self.seeds]

    def read(self, path):
        file = part = None
        texts = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line in ("--- find", "--- replace"):
                part = line[4:]
                texts[part] = []
            elif line == "--- end":
                self.end_edit(path, file, texts)
                part, texts = None, {}
            elif part:
                texts[part].append(line)
            elif line and not line.startswith("#"):
                key, _, value = line.partition(": ")
                if key not in KEYS:
                    raise Misfit(f"{path.name}:{number}: unknown key \"{key}\"")
                if key == "file":
                    file = value
                else:
                    self.set(key, value)
        if part or not self.edits or not self.title or not self.expects:
            raise Misfit(f"{path.name}: not complete")
        if not self.blinds and not self.scenarios:
            raise Misfit(f"{path.name}: no scenario")

    def end_edit(self, path, file, texts):
        if not file or set(texts) != {"find", "replace"}:
            raise Misfit(f"{path.name}: an edit needs file, find and replace")
        if not re.match(r"(core|sim)/[a-z0-9_/]+\.c$", file):
            raise Misfit(f"{path.name}: {file} is no source of core/ or sim/")
        self.edits.append(Edit(file, "\n".join(texts["find"]), "\n".join(texts["replace"])))

    def set(self, key, value):
        if key == "scenario":
            if not (ROOT / value).is_file():
                raise Misfit(f"{self.id}: there is no {value}")
            self.scenarios.append(value)
        elif key == "seeds":
            first, _, last = value.partition("-")
            self.seeds = list(range(int(first), int(last or first) + 1))
            if not 1 <= len(self.seeds) <= SEEDS_MAX:
                raise Misfit(f"{self.id}: 1 to {SEEDS_MAX} seeds")
        elif key == "blinds":
            self.blinds = int(value)
        else:
            setattr(self, key, value)


def read_all(folder=FOLDER):
    """All mutants of a folder by their number."""
    mutants = [Mutant(path) for path in sorted(pathlib.Path(folder).glob("*.mutant"))]
    by_number = {mutant.number: mutant for mutant in sorted(mutants, key=lambda m: m.number)}
    if len(by_number) != len(mutants):
        raise Misfit("two mutants have one number")
    return by_number


def originals(edits):
    """The sources that the edits change, as they are."""
    return {edit.file: (ROOT / edit.file).read_text(encoding="utf-8") for edit in edits}


def apply(edits):
    """The sources that the edits change, changed."""
    sources = originals(edits)
    for edit in edits:
        count = sources[edit.file].count(edit.find)
        if count != 1:
            first = edit.find.strip().splitlines()[0] if edit.find.strip() else ""
            raise Misfit(f"the text that begins with \"{first}\" stands {count} times in "
                         f"{edit.file}, not once: adapt the mutant to the source")
        sources[edit.file] = sources[edit.file].replace(edit.find, edit.replace)
    return sources


def table(catalogue):
    """The mutants as a table for docs/mutants.md."""
    lines = ["| no. | what is broken | seen by | in |", "| --- | --- | --- | --- |"]
    for mutant in catalogue.values():
        where = ", ".join(pathlib.PurePath(scenario).stem for scenario in mutant.scenarios)
        seen = mutant.expects
        if mutant.blinds:
            where, seen = f"as {mutant.blinds}", f"{mutant.expects}, that sees no more"
        lines.append(f"| {mutant.number} | {mutant.title} | {seen} | {where} |")
    return "\n".join(lines)
