#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the JSON Schema of scenarios against the files that the loader is tested with.

Run from anywhere; needs Debian's python3-jsonschema. Says on standard output what is wrong, and
ends with 1 if anything is.

- What the loader accepts (the library, its parts, tests/data/scenarios/good) the schema accepts.
- What the loader refuses (tests/data/scenarios/bad) the schema refuses, but for the files that
  bad/loader-only.txt names with the reason; of these it refuses none.
- Every property has a description and examples, the examples are right, and where a scalar may
  stand a parameter may.
"""

import json
import pathlib
import re
import sys
import warnings

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "scenarios" / "scenario.schema.json"
PART_SCHEMA = ROOT / "scenarios" / "part.schema.json"
DATA = ROOT / "tests" / "data" / "scenarios"
BLANK = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)

mistakes = []


def fail(where, what):
    mistakes.append(f"{where}: {what}")


def once(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def parse(text):
    """A JSON text with comments; ValueError where it is none."""
    text = BLANK.sub(lambda match: match[0] if match[0][0] == '"' else " ", text)
    return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)


def reason_of(validator, path):
    """Why the schema refuses a file; None: it accepts it."""
    try:
        value = parse(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return str(error)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return None if error is None else f"{error.json_path}: {error.message[:300]}"


def name_of(path):
    return path.relative_to(ROOT)


def check_accepted(validator, paths):
    for path in paths:
        reason = reason_of(validator, path)
        if reason is not None:
            fail(name_of(path), f"the schema refuses what the loader accepts: {reason}")


def loader_only():
    lines = (DATA / "bad" / "loader-only.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def check_refused(validator):
    known = loader_only()
    names = {path.name for path in (DATA / "bad").glob("*.json")}
    for name in sorted(known - names):
        fail("loader-only.txt", f"there is no {name}")
    for path in sorted((DATA / "bad").glob("*.json")):
        reason = reason_of(validator, path)
        if reason is None and path.name not in known:
            fail(name_of(path), "the schema accepts what the loader refuses")
        if reason is not None and path.name in known:
            fail(name_of(path), f"the schema does refuse it: {reason}")


def is_scalar(value):
    return isinstance(value, (str, int, float, bool))


def check_property(schema, where, name, subschema):
    if len(subschema.get("description", "")) < 5:
        fail(f"{where}/{name}", "has no description")
    examples = subschema.get("examples", [])
    if not examples:
        fail(f"{where}/{name}", "has no examples")
    validator = jsonschema.Draft202012Validator({"$defs": schema["$defs"], **subschema})
    values = examples + ([subschema["default"]] if "default" in subschema else [])
    for value in values:
        if not validator.is_valid(value):
            fail(f"{where}/{name}", f"its own schema refuses {json.dumps(value)}")
    takes_none = where == "scenario" and name in ("$schema", "include")
    if any(is_scalar(value) for value in examples) and not takes_none:
        if not validator.is_valid("$some_parameter"):
            fail(f"{where}/{name}", "a parameter may stand here, and the schema refuses it")


def check_properties(schema):
    for where, definition in schema["$defs"].items():
        for name, subschema in definition.get("properties", {}).items():
            check_property(schema, where, name, subschema)


def main():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    part = json.loads(PART_SCHEMA.read_text(encoding="utf-8"))
    for each in (schema, part):
        jsonschema.Draft202012Validator.check_schema(each)
    # A validator that knows both by their ids resolves what the schema of parts refers to.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parts = jsonschema.Draft202012Validator(
            part, resolver=jsonschema.RefResolver.from_schema(part, store={schema["$id"]: schema}))
    validator = jsonschema.Draft202012Validator(schema)
    library = sorted((ROOT / "scenarios").glob("*/*.json"))
    is_part = [path.name.endswith(".part.json") for path in library]
    check_accepted(parts, [path for path, part in zip(library, is_part) if part])
    check_accepted(validator, [path for path, part in zip(library, is_part) if not part])
    check_accepted(validator, sorted((DATA / "good").glob("*.json")))
    check_refused(validator)
    check_properties(schema)
    print("\n".join(mistakes), end="\n" if mistakes else "")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
