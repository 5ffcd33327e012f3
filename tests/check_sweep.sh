#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab run --sweep: which runs there are, what they are called, and that each is the run that the
# same --set makes.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_sweep.sh, from the project's root.

# shellcheck disable=SC2016 # the parameters are those of scenarios, not of the shell

subcommand=run
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh

# refused TEXT ARGUMENT...: nothing is run, and the text is the one line that says why.
refused() {
    text=$1
    shift
    expect 2 "$@" "$folder/s.json"
    [ "$(cat "$folder/err")" = "bnetlab: run: $text" ] || fail "no '$text' on standard error"
    [ ! -s "$folder/out" ] || fail 'something was written'
}

# names of FILE: the runs that a JUnit report has.
names() {
    sed -n 's/.*<testsuite name="\([^"]*\)".*/\1/p' "$1" | sed 's/&quot;/"/g'
}

# hashes: of the JSON report that was written.
hashes() {
    sed -n 's/.*"trace_hash": "\([0-9a-f]*\)".*/\1/p' "$folder/out"
}

cat >"$folder/s.json" <<'EOF'
{"duration": "3s", "params": {"delay": "10ms", "n": 2},
 "peers": {"bp": {"count": "$n", "produces": true}}, "links": {"latency": "$delay"},
 "expect": {"convergence": false}}
EOF
junit=$folder/junit.xml

expect 0 --sweep /params/delay=1ms,1s --sweep /params/n=2,3 --trace "$folder/traces/" \
    --junit "$junit" "$folder/s.json"
cat >"$folder/wanted" <<'EOF'
s [delay=1ms, n=2]
s [delay=1ms, n=3]
s [delay=1s, n=2]
s [delay=1s, n=3]
EOF
names "$junit" | cmp -s - "$folder/wanted" || fail 'other runs in the JUnit report'
while read -r name; do
    grep -q "^[A-Z]*  $(printf %s "$name" | sed 's/[][]/\\&/g') " "$folder/out" || fail "no line $name"
    [ -s "$folder/traces/$name.jsonl" ] || fail "no trace of $name"
done <"$folder/wanted"
grep -q '^4 scenarios: ' "$folder/out" || fail 'no tally of four'

# The command of a run repeats it: the same hash, by --set alone.
expect 0 --json --set /params/n=3 --sweep /params/delay=1ms,1s "$folder/s.json"
hashes >"$folder/hashes"
[ "$(sort -u "$folder/hashes" | wc -l)" -eq 2 ] || fail 'two runs are the same'
sed -n 's/.*"command": "[^ ]* run \(.*\)",*$/\1/p' "$folder/out" >"$folder/commands"
grep -q -- '--set /params/n=3 --set /params/delay=1s ' "$folder/commands" || fail 'other commands'
while read -r command; do
    # shellcheck disable=SC2086 # words
    expect 0 --json $command
    hashes
done <"$folder/commands" >"$folder/repeated"
cmp -s "$folder/hashes" "$folder/repeated" || fail 'a command that repeats another run'

# What belongs to a value, and what a name may hold.
expect 0 --sweep '/links/latency={"uniform":["1ms","$delay"]},"$delay"' \
    --sweep '/name="a,b","c\"],d"' --junit "$junit" "$folder/s.json"
[ "$(names "$junit" | wc -l)" -eq 4 ] || fail 'not four runs'
names "$junit" | sed -n 4p | grep -qxF 'c"],d [latency="$delay", name="c\"],d"]' || fail 'other names'
expect 0 --sweep '/description=one
two' --junit "$junit" "$folder/s.json"
[ "$(names "$junit")" = 's [description=one two]' ] || fail 'one combination is no suite'
expect 2 --sweep /peers/bp/n=1 --sweep /params/n=1 "$folder/s.json"
grep -qF 'this is so with bp/n=1, params/n=1' "$folder/err" || fail 'labels are alike'
expect 0 --sweep /links/loss=0,0.1 --sweep /params/delay=1ms --sweep '/peers/bp/count="$n",1' \
    --set '/peers/a={}' --sweep '/peers/a/count=1,"$n"' --set '/seed="$n"' --junit "$junit" "$folder/s.json"
names "$junit" | sed -n 8p | grep -qxF 's [loss=0.1, delay=1ms, bp/count=1, a/count="$n"]' ||
    fail 'labels that do not differ, or longer than need be'
grep -q '^PASS  s \[loss=0.1, delay=1ms, bp/count=1, a/count="$n"\] ' "$folder/out" ||
    fail 'a name is cut off where it differs'

# What is wrong is said of --sweep, not of --set.
expect 2 --sweep /links/latency=soon "$folder/s.json"
grep -q '^--sweep /links/latency: "soon" is not a duration' "$folder/err" || fail 'not of --sweep'
expect 2 --sweep /nobody/latency=soon "$folder/s.json"
grep -q '^--sweep /nobody/latency: ' "$folder/err" || fail 'the pointer is not of --sweep'
expect 2 --set /seed=1 --sweep /params/delay=soon "$folder/s.json"
grep -qF '(parameter "delay", set by --sweep)' "$folder/err" || fail 'the parameter is not of --sweep'
expect 2 --sweep /seed=1 --set /params/delay=soon "$folder/s.json"
grep -qF '(parameter "delay", set by --set)' "$folder/err" || fail 'a parameter of --set'

# Each file has its sweep, and of each the first mistake is told.
cp "$folder/s.json" "$folder/t.json"
expect 2 --sweep /params/delay=1ms,soon,never "$folder/s.json" "$folder/t.json"
[ "$(grep -c '"soon" is not a duration' "$folder/err")" -eq 2 ] || fail 'not told twice'
grep -qF "run: $folder/t.json: this is so with delay=soon" "$folder/err" || fail 'not told where'
if grep -q never "$folder/err"; then fail 'a second combination was told'; fi

refused '--sweep delay=1: must be /pointer=value,..., as in --sweep /seed=1,2,3' --sweep delay=1
refused '--sweep /seed: must be /pointer=value,..., as in --sweep /seed=1,2,3' --sweep /seed
for values in '' ',' '1,' ',1' '1,,2'; do
    refused "--sweep /seed=$values: a value is missing (an empty text is \"\")" \
        --sweep "/seed=$values"
done
refused '--sweep /seed=1,2,1: the value 1 stands twice' --sweep /seed=1,2,1
refused '--sweep /seed: stands twice; all its values go into one' --sweep /seed=1 --sweep /seed=2
refused '--seed and --sweep /seed: one of them says what the seed is' --seed 1 --sweep /seed=2
hundred=$(seq -s, 100)
refused '--sweep /params/n: there are more than 10000 combinations of values' \
    --sweep "/seed=$hundred" --sweep "/params/n=$hundred,101"
refused '--sweep: 2 scenarios with 10000 combinations each are more than 10000 runs' \
    --sweep "/seed=$hundred" --sweep "/params/n=$hundred" "$folder/t.json"

# The sweep that the manual shows (docs/scenarios.md): how many blocks each delay costs.
expect 1 --set /params/lost=0 --sweep /params/delay=1ns,2s,4s,5.99s,6s,6.5s,7s,7.5s,8s \
    scenarios/incidents/wax-2023-07-14.json
[ "$(grep -c '^PASS  wax-2023-07-14 \[delay=' "$folder/out")" -eq 4 ] || fail 'not four without loss'
sed -n 's/^ *oneinacilian has //p' "$folder/out" >"$folder/lost"
printf 'fork depth %s\n' 1 2 3 4 5 | cmp -s - "$folder/lost" || fail 'other losses than told'

finish
