#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab diff from outside, with checkpoints and shuffled ties of bnetlab run; then the program is
# broken so that its runs depend on what they must not (tests/mutants), and diff must name the first
# event that shows it. Usage: BNETLAB=path/of/bnetlab sh tests/check_diff.sh, from the project's root.

# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh
quickstart=scenarios/basics/quickstart.json

# ---- checkpoints -----------------------------------------------------------------------------------

expect 0 run --checkpoints "$folder/points.jsonl" --trace "$folder/trace.jsonl" --json $quickstart
hash=$(hash_of "$folder/out")
grep '"what":"checkpoint"' "$folder/trace.jsonl" >"$folder/points-of-trace"
[ "$(wc -l <"$folder/points-of-trace")" -eq 60 ] || fail 'a trace of 60 s has other than 60 checkpoints'
sed '1d;$d' "$folder/points.jsonl" | cmp -s - "$folder/points-of-trace" ||
    fail 'the file of checkpoints is not what the trace has of them'
tail -n 1 "$folder/points-of-trace" | grep -q "\"hash\":\"$hash\"" ||
    fail 'the last checkpoint is not the trace hash'
at_40=$(sed -n 's/{"t":40000000000,.*"hash":"\([0-9a-f]*\)",.*/\1/p' "$folder/points-of-trace")
expect 0 run --trace "$folder/late.jsonl" --trace-from 40s $quickstart
grep -v '^{"t":[0-9]\{1,10\},\|^{"t":[123][0-9]\{10\},\|^{"end"' "$folder/trace.jsonl" >"$folder/late"
grep -v '^{"end"' "$folder/late.jsonl" | cmp -s - "$folder/late" || fail '--trace-from 40s cuts elsewhere'
grep -q "\"t\":40000000000,\"what\":\"checkpoint\",\"hash\":\"$at_40\"" "$folder/late.jsonl" ||
    fail 'a later trace has other checkpoints'
expect 2 run --trace-from 40s $quickstart
err 'there is no --trace'
expect 2 run --trace "$folder/new.jsonl" --trace-from soon $quickstart
err '--trace-from soon'
expect 2 run --checkpoints "$folder/points.jsonl" --trace "$folder/points.jsonl" $quickstart
err 'is written by --trace already'
expect 2 run --checkpoints "$folder/points.jsonl" scenarios/basics
err 'several scenarios need a folder'

# ---- shuffled ties ---------------------------------------------------------------------------------

expect 0 run --json --shuffle-ties=7 $quickstart
shuffled=$(hash_of "$folder/out")
[ "$shuffled" != "$hash" ] || fail 'shuffled ties change nothing'
out '"ties_seed": 7'
out 'run --seed 1 --shuffle-ties=7 '
expect 0 run --json --shuffle-ties --seed 7 $quickstart
out '"ties_seed": 7'
expect 0 run --json --shuffle-ties=7 --jobs 2 $quickstart
[ "$shuffled" = "$(hash_of "$folder/out")" ] || fail 'one seed of ties has two runs'
expect 2 run --shuffle-ties=-1 $quickstart
err 'must be a whole number'
expect 2 explore --seeds 1 --shuffle-ties=x
err 'must be a whole number'
expect 2 explore --hazards --shuffle-ties
err 'leave out --shuffle-ties'
expect 0 explore --seed 5 --shuffle-ties=3
out 'explore --seed 5 --shuffle-ties=3'

# ---- diff ------------------------------------------------------------------------------------------

expect 0 diff $quickstart
out "EQUAL  trace hash $hash"
silent err
expect 0 diff --json $quickstart "$folder/trace.jsonl"
out '"equal": true'
out "\"trace_hash\": \"$hash\""
expect 0 diff "$folder/trace.jsonl" "$folder/trace.jsonl"
out 'EQUAL'
expect 1 diff --set-b /links/latency=41ms $quickstart
out 'DIFFER  at 0.120000000 s, behind 16 equal events'
out '  A  0.120000000 s  bp[0] has a session with bp[1], which dialled it'
out '     B has it 3000000 ns later'
out '  concerns bp[0], bp[1]; link 0'
out '  0.000000000 s  bp[1] dials bp[0]'
expect 1 diff --shuffle-ties-b 7 $quickstart
out "  B  $shuffled"
out 'at the same time, later in order'
expect 1 diff --set-b /duration=61s $quickstart
out '  A  nothing more: the run is over'
expect 1 diff --seed 3 --seed-b 4 --json $quickstart
out '"equal": false'
out '--seed=3"'
out '--seed=4"'

# What is far from the beginning is found by its checkpoints, and read from shortly before.
fault='/events=[{"at":"10s","partition":[["bp[0..1]","relay"],["bp[2]","mallory"]]},{"at":"25s","heal":true},{"at":"45.25s","reset":["bp[0]","relay"]}]'
expect 1 diff --set-b "$fault" $quickstart
out ' equal events since 25 s'
out '  B  45.250000000 s  reset: '
expect 1 diff --history 3s --set-b "$fault" $quickstart
out ' equal events since 42 s'
"$bnetlab" run --quiet --set "$fault" --trace "$folder/fault.jsonl.zst" $quickstart >"$folder/out"
expect 1 diff "$folder/trace.jsonl" "$folder/fault.jsonl.zst"
out '  B  45.250000000 s  reset: '
expect 1 diff "$folder/fault.jsonl.zst" $quickstart
out '  A  45.250000000 s  reset: '
grep -v checkpoint "$folder/trace.jsonl" | sed 's/,"steps":"[0-9a-f]*"//' >"$folder/old.jsonl"
expect 0 diff "$folder/old.jsonl" $quickstart

# Traces in which no event differs, and none at all: what their last lines say counts.
for seed in 1 2; do
    "$bnetlab" run --quiet --seed $seed --checkpoints "$folder/points-$seed" --trace "$folder/empty-$seed" \
        --trace-from 120s $quickstart >"$folder/out"
done
for kind in points empty; do
    expect 0 diff "$folder/$kind-1" "$folder/$kind-1"
    out "EQUAL  trace hash $hash"
    expect 1 diff "$folder/$kind-1" "$folder/$kind-2"
    out 'DIFFER  in what no event of a trace shows'
    out "  A  $hash"
done
head -n 100 "$folder/trace.jsonl" >"$folder/cut.jsonl"
expect 2 diff "$folder/cut.jsonl" "$folder/trace.jsonl"
err 'A: the trace is cut off, it has no last line; events that are equal so far: 99'
expect 2 diff "$folder/cut.jsonl" $quickstart
err 'A: the trace is cut off'
silent out

# A scenario that asks for processes is compared as the simulator runs it.
expect 0 diff --set /driver=sockets scenarios/parity/pair.json

expect 2 diff
err 'name one scenario'
expect 2 diff a b c
expect 2 diff "$folder/none.json"
err 'there is no file'
expect 2 diff scenarios
err 'must be a file'
expect 2 diff --seed-a 1 "$folder/trace.jsonl" $quickstart
err '--seed-a: a trace is not run again'
expect 2 diff --history never $quickstart
err '--history never'
expect 2 diff --seed-b x $quickstart
err 'the run did not come to its end'
err '--seed x: must be a whole number'
expect 2 diff --program-b "$folder/none" $quickstart
expect 2 diff --program-b true $quickstart
err 'B: the run did not come to its end'
printf '{"bnetlab":"0"}\nnonsense\n' >"$folder/bad.jsonl"
expect 2 diff "$folder/bad.jsonl" $quickstart
err 'line 2: is none of a trace'

# ---- programs that are broken ----------------------------------------------------------------------

# mutant NAME SCENARIO: compares with that program.
mutant() {
    program=$(python3 tests/mutants/build.py "$(dirname -- "$bnetlab")" "$1" "$folder") ||
        fail "mutant $1 cannot be built"
    expect 1 diff --program-a "$bnetlab" --program-b "$program" "$2"
}

# line N: the Nth line of what diff says of the first event that differs, without spaces at its begin.
line() {
    sed -n '/^First event/,/^  concerns/p' "$folder/out" | sed -n "$((1 + $1))s/^ *//p"
}
matches() {
    line "$1" | grep -qx -- "$2" || fail "line $1 of what differs is not '$2' but '$(line "$1")'"
}

# The machine's clock is in the wait before a redial: the first dial after the first reset differs,
# by less than a microsecond, and the reset led there.
mutant 49-wall-clock scenarios/faults/reset.json
matches 1 'A  30\.202977216 s  relay dials bp\[2\]'
matches 2 'B has it [1-9][0-9]\{0,2\} ns later'
matches 3 'B  30\.20297[78][0-9]* s  relay dials bp\[2\]'
matches 5 'concerns relay, bp\[2\]; link 5'
out '  20.200000000 s  relay loses its session with bp[2]'

# Addresses are in the order in which sessions are told of a block: somebody sends a block to two
# neighbours in another order than it should.
mutant 48-pointer-order tests/mutants/forks.json
matches 1 'A  [0-9.]* s  bp\[\(.\)\] sends bp\[.\] block \(.*\)'
sender='s/.* s  \(.*\) sends .* \(block .*\)/\1 \2/p'
[ "$(line 1 | sed -n "$sender")" = "$(line 3 | sed -n "$sender")" ] ||
    fail 'the first event that differs is not one sending of a block'
[ "$(line 1)" != "$(line 3 | sed 's/^B/A/')" ] || fail 'what differs is equal'
matches 2 'B has it .*'
matches 4 'A has it .*'

finish
