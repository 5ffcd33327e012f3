#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The checks can fail: a release build judges all mutants of tests/mutants, and the runner is shown
# to fail where it must. Any other build, which would take long, looks whether each fits the source,
# and all whether docs/mutants.md has each.

set -eu

build=$(dirname -- "$BNETLAB")
run=tests/mutants/run.py
python3 $run --fit
if ! grep -q '^CMAKE_BUILD_TYPE:STRING=Release$' "$build/CMakeCache.txt" ||
    ! grep -q '^BNET_SANITIZE:STRING=$' "$build/CMakeCache.txt"; then
    exit 0
fi
python3 $run "$build"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# mutant NAME FIND REPLACE [EXPECTS]: one more of them, in core/choice.c.
mutant() {
    printf '%s\n' "title: $1" "expects: ${4-S1}" 'scenario: scenarios/basics/quickstart.json' \
        'file: core/choice.c' '--- find' "$2" '--- replace' "$3" '--- end' >"$work/$1.mutant"
}

# expect NAME OUTCOME: the runner fails and says so.
expect() {
    status=0
    python3 $run --folder "$work" --only "^$1" "$build" >"$work/out" || status=$?
    [ "$status" -eq 1 ] && grep -q "^$1: $2\$" "$work/out" && return 0
    echo "mutant $1: status $status, and not \"$2\":"
    cat "$work/out"
    exit 1
}

begin='void bnet_session_choose(BnetSession *session, const BnetEnv *env)
{'
mutant 1-gone 'what stands nowhere' ''
mutant 2-everywhere 'session' 'session'
mutant 3-harmless "$begin" "$begin"
mutant 4-no-c "$begin" "$begin nonsense"
mutant 5-crash "$begin" "$begin bnet_assert(false);"
mutant 6-hangs "$begin" "$begin for (volatile bool on = true; on;) continue;"
mutant 7-other "$begin" "$begin return;"
mutant 8-same-hash "$begin" "$begin" hash
mutant 9-unknown "$begin" "$begin" X9
expect 1-gone 'does not fit'
expect 2-everywhere 'does not fit'
expect 3-harmless 'survived'
expect 4-no-c 'does not build'
expect 5-crash 'crash'
expect 7-other 'killed by another'
expect 8-same-hash 'survived'
expect 9-unknown 'does not fit'

status=0
python3 $run --folder "$work" --only '^6-hangs' --limit 1 "$build" >"$work/out" || status=$?
grep -q '^6-hangs: timeout$' "$work/out" && [ "$status" -eq 1 ]
