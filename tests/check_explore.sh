#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab explore from outside: options, what is written, and that a seed is the same run however it
# is run. Usage: BNETLAB=path/of/bnetlab sh tests/check_explore.sh, from the project's root.

set -u
bnetlab=${BNETLAB:?the path of the program}
case $bnetlab in
/*) ;;
*) bnetlab=$PWD/$bnetlab ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
    echo "FAILED: $*" >&2
    echo "--- stdout" >&2
    head -c 2000 "$folder/out" >&2
    echo "--- stderr" >&2
    head -c 2000 "$folder/err" >&2
    failures=$((failures + 1))
}

# expect STATUS ARGUMENT...: `bnetlab explore` ends with that status.
expect() {
    wanted=$1
    shift
    "$bnetlab" explore "$@" >"$folder/out" 2>"$folder/err" </dev/null
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, of: explore $*"
}

out() {
    grep -qF -- "$1" "$folder/out" || fail "no '$1' on standard output"
}
err() {
    grep -qF -- "$1" "$folder/err" || fail "no '$1' on standard error"
}
silent() {
    [ ! -s "$folder/$1" ] || fail "something was written to $1"
}
is_json() {
    if command -v jq >/dev/null; then
        jq -e . "$1" >/dev/null || fail "$1 is not JSON"
    fi
}
hash_of() {
    sed -n 's/.*"trace_hash": "\([0-9a-f]\{16\}\)".*/\1/p' "$1"
}

# ---- options ---------------------------------------------------------------------------------------

expect 2
err 'say how many with --seeds N, or which with --seed N'
silent out
expect 2 --seeds 0
err 'must be a whole number from 1 to 1000000000'
expect 2 --seeds 1000000001
err 'must be a whole number from 1 to 1000000000'
expect 2 --seeds 1e3
err 'must be a whole number'
expect 2 --seeds -1
err 'must be a whole number'
expect 2 --seeds 2 --seed-base 18446744073709551615
err 'must be a whole number from 0 to 18446744073709551614'
expect 2 --seed 18446744073709551616
err 'must be a whole number from 0 to 18446744073709551615'
expect 2 --seed 1 --seeds 2
err 'leave out --seeds'
expect 2 --seed 1 --seed-base 2
err 'leave out --seeds'
expect 2 --seed-base 2
err 'say how many'
expect 2 --seeds 1 --jobs 0
err '--jobs 0: must be from 1 to 1024'
expect 2 --seeds 1 --jobs 1025
err '--jobs 1025'
expect 2 --seeds 1 --profile eosio-0.9
err '--profile eosio-0.9'
expect 2 --seeds 1 something
err 'something'
expect 2 --seed 1 --emit -
err '--emit'
expect 2 --seed 1 --emit "$folder/missing/file.json"
err '--emit'
silent out

# ---- many seeds ------------------------------------------------------------------------------------

expect 0 --seeds 12 --jobs 1 --json
silent err
is_json "$folder/out"
out '"first_seed": 1,'
out '"failures": []'
out '"violated": []'
out '"seeds": 12,'
out '"run": 12,'
cp "$folder/out" "$folder/first"
for jobs in 2 7 40; do
    expect 0 --seeds 12 --jobs "$jobs" --json
    cmp -s "$folder/out" "$folder/first" || fail "with --jobs $jobs it is another output"
done
expect 0 --seeds 1 --seed-base 18446744073709551615
silent err
out '1 seed from 18446744073709551615: 1 passed, 0 failed ('
out 'fork switch'
expect 0 --seeds 3 --seed-base 0 --emit "$folder/none.json"
out '3 seeds from 0: 3 passed, 0 failed ('
[ ! -e "$folder/none.json" ] || fail 'a scenario was written though none failed'

# ---- one seed --------------------------------------------------------------------------------------

for seed in 0 1 17 18446744073709551615; do
    expect 0 --seed "$seed" --json
    hash_of "$folder/out" >"$folder/hash"
    [ -s "$folder/hash" ] || fail "no trace hash of seed $seed"
    out "explore --seed $seed\""
    expect 0 --seed "$seed" --emit "$folder/seed-$seed.json"
    silent out
    silent err
    "$bnetlab" validate "$folder/seed-$seed.json" >/dev/null || fail "seed $seed is not valid"
    "$bnetlab" run --json "$folder/seed-$seed.json" >"$folder/out" 2>"$folder/err" ||
        fail "seed $seed fails when it is run alone"
    hash_of "$folder/out" | cmp -s - "$folder/hash" || fail "seed $seed is another run alone"
done
expect 0 --seed 17
out 'Repeat'
out 'explore --seed 17'
cp "$folder/seed-17.json" "$folder/again.json"
expect 0 --seed 17 --emit "$folder/again.json"
cmp -s "$folder/seed-17.json" "$folder/again.json" || fail 'a seed has two scenarios'

# ---- the deployed plugin ---------------------------------------------------------------------------

expect 0 --seed 17 --profile documented --emit "$folder/again.json"
cmp -s "$folder/seed-17.json" "$folder/again.json" || fail 'documented is not the default'
expect 0 --seed 17 --profile eosio-1.7 --emit "$folder/deployed.json"
grep -v -e '"profile": "eosio-1.7"' -e '"quirks": ' "$folder/deployed.json" >"$folder/again.json"
cmp -s "$folder/seed-17.json" "$folder/again.json" || fail 'the profile changes more than itself'
expect 1 --seeds 40 --profile eosio-1.7 --jobs 3 --emit "$folder/first.json"
silent err
out 'violated '
out '  L3 '
line=$(sed -n 1p "$folder/out")
seed=${line#*--seed }
seed=${seed%% *}
case $line in
*"explore --profile eosio-1.7 --seed $seed  # "*) ;;
*) fail "no command in: $line" ;;
esac
cp "$folder/first.json" "$folder/again.json"
expect 1 --seed "$seed" --profile eosio-1.7 --json
hash_of "$folder/out" >"$folder/hash"
out "explore --profile eosio-1.7 --seed $seed\""
"$bnetlab" run --json "$folder/first.json" >"$folder/out" 2>"$folder/err"
[ $? -eq 1 ] || fail "seed $seed does not fail when it is run alone"
hash_of "$folder/out" | cmp -s - "$folder/hash" || fail "seed $seed is another run alone"
expect 0 --seed "$seed" --profile eosio-1.7 --emit "$folder/again.json"
cmp -s "$folder/first.json" "$folder/again.json" || fail 'what was written is not the first failure'
expect 1 --seeds 12 --profile eosio-1.7 --jobs 1 --json
cp "$folder/out" "$folder/first"
is_json "$folder/out"
expect 1 --seeds 12 --profile eosio-1.7 --jobs 5 --json
cmp -s "$folder/out" "$folder/first" || fail 'with failures and --jobs 5 it is another output'

# ---- signals ---------------------------------------------------------------------------------------

# Stopped when it has begun to write: what is known by then is told.
for signal in INT:130 TERM:143; do
    wanted=${signal#*:}
    signal=${signal%:*}
    : >"$folder/out"
    "$bnetlab" explore --seeds 1000000000 --jobs 2 --json >"$folder/out" 2>"$folder/err" &
    process=$!
    until [ -s "$folder/out" ] || ! kill -0 "$process"; do :; done
    kill "-$signal" "$process"
    wait "$process"
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, on SIG$signal"
    is_json "$folder/out"
    out '"seeds": 1000000000,'
done

[ "$failures" -eq 0 ] || exit 1
