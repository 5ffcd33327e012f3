#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the program of one mutant: build.py BUILD-FOLDER MUTANT OUTPUT-FOLDER.

Prints the path of the program; then it can be compared with the one that is not broken, as by
`bnetlab diff --program-b`.
"""

import pathlib
import sys

sys.dont_write_bytecode = True

import mutant as mutants  # noqa: E402
import program as programs  # noqa: E402


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    folder, name, output = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    mutant = mutants.Mutant(mutants.FOLDER / f"{name}.mutant")
    build = programs.Build(folder.resolve(), output)
    program = build.link(mutants.apply(mutant.edits), output.resolve() / name)
    print(program.path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
