#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The checks can fail: a release build judges all mutants of tests/mutants. Any other build, which
# would take long, looks whether each fits the source, and all whether docs/mutants.md has each.

set -eu

build=$(dirname -- "$BNETLAB")
python3 tests/mutants/run.py --fit
if grep -q '^CMAKE_BUILD_TYPE:STRING=Release$' "$build/CMakeCache.txt" &&
    grep -q '^BNET_SANITIZE:STRING=$' "$build/CMakeCache.txt"; then
    python3 tests/mutants/run.py "$build"
fi
