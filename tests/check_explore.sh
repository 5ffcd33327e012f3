#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab explore from outside: options, what is written, and that a seed is the same run however it
# is run. Usage: BNETLAB=path/of/bnetlab sh tests/check_explore.sh, from the project's root.

subcommand=explore
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh

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
err 'explore: --emit -'
expect 2 --seed 1 --emit ''
err 'explore: --emit: '
expect 2 --seed 1 --emit "$folder/missing/file.json"
err 'explore: --emit '
expect 2 --seed 1 --json --emit "$folder/file.json"
err 'leave out --json'
[ ! -e "$folder/file.json" ] || fail 'a scenario was written in spite of bad usage'
expect 2 --seeds 1 --quirk no-such
err 'explore: --quirk no-such: there is no such quirk (docs/scenarios.md'
expect 2 --seeds 1 --quirk no-timr
err 'there is no such quirk; did you mean no-timer?'
expect 2 --seeds 1 --profile eosio-1.7 --without late-notise
err 'explore: --without late-notise: there is no such quirk; did you mean late-notice?'
expect 2 --seeds 1 --without H11
err '--without leaves quirks out of --profile eosio-1.7'
expect 2 --seeds 1 --emit "$folder"
err "explore: --emit: cannot create $folder"
silent out
expect 2 --seed 1 --emit "$folder"
err "explore: --emit: cannot create $folder"
expect 2 --seeds 1 --quirk H3 --profile eosio-1.7
err 'leave it out with --quirk'
expect 2 --hazards --profile eosio-1.7
err 'leave it out with --hazards'
expect 2 --hazards --seed 1
err 'leave out --seed'
expect 2 --hazards --emit "$folder/file.json"
err '--hazards writes no scenario'
expect 2 --hazards --seeds 0
err 'must be a whole number from 1 to 1000000000'
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
out "nothing was written to $folder/none.json: no seed failed"
for left in "$folder"/none*; do
    [ ! -e "$left" ] || fail "a temporary file was left: $left"
done
[ ! -e "$folder/none.json" ] || fail 'a scenario was written though none failed'

# ---- one seed --------------------------------------------------------------------------------------

for seed in 0 1 17 18446744073709551615; do
    expect 0 --seed "$seed" --json
    hash_of "$folder/out" >"$folder/hash"
    [ -s "$folder/hash" ] || fail "no trace hash of seed $seed"
    out "explore --seed $seed\""
    out '"path": null'
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
seed=${line#seed }
seed=${seed%%:*}
out "repeat the first failure: $bnetlab explore --profile eosio-1.7 --seed $seed"
out "written to $folder/first.json: the scenario of seed $seed"
# A line for each new combination, and a table of those.
grep '^seed ' "$folder/out" | cut -d: -f2 | sort >"$folder/lines"
sed -n '/^violated together/,/^occurred/s/^  \([A-Za-z].*[^ 0-9,]\S*\)  *[0-9,]*  [0-9]*$/ \1/p' \
    "$folder/out" | sed 's/ *$//' | sort >"$folder/rows"
[ "$(sort -u "$folder/lines" | wc -l)" -eq "$(wc -l <"$folder/lines")" ] || fail 'a combination has two lines'
[ -s "$folder/rows" ] || fail 'no table of combinations'
[ -z "$(comm -13 "$folder/lines" "$folder/rows")" ] || fail 'a combination has no line'
[ "$(awk 'length > 100' "$folder/out" | grep -cv '^repeat ')" -eq 0 ] || fail 'a line is too long'
sed -n '/^violated  /,/^violated together/s/^  \([A-Z][0-9]\) .*/\1/p' "$folder/out" >"$folder/order"
grep -nxF -f "$folder/order" - >"$folder/sorted" <<END
S1
S2
S3
S4
S5
S6
S7
S8
L1
L2
L3
L4
L5
L6
L7
C1
C2
C3
C4
C5
C6
C7
R1
R2
R3
R4
R5
R6
R7
END
cut -d: -f2 "$folder/sorted" | cmp -s - "$folder/order" || fail 'violated is not in order'
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

# What is left out of the profile is in no group; all else is the same.
expect 0 --seed 17 --profile eosio-1.7 --without H11 --without busy-fetch --emit "$folder/less.json"
[ "$(grep -c '"profile": "eosio-1.7"' "$folder/less.json")" -eq \
    "$(grep -c '"quirks": {"busy-fetch": false, "late-notice": false}' "$folder/less.json")" ] ||
    fail 'a group has a quirk that was left out'
for file in deployed less; do
    grep -v '"quirks": ' "$folder/$file.json" >"$folder/$file.cut"
done
cmp -s "$folder/deployed.cut" "$folder/less.cut" || fail '--without changes more than itself'
expect 1 --seeds 4 --profile eosio-1.7 --without late-notice --without H1 --json
out 'explore --profile eosio-1.7 --without busy-fetch --without late-notice --seed '

# ---- single quirks and hazards ----------------------------------------------------------------------

expect 0 --seed 17 --quirk H3 --emit "$folder/quirk.json"
grep -v '"quirks": {"ping-blocks-sending": true}' "$folder/quirk.json" |
    sed 's/"count": \([0-9]*\),$/"count": \1/' >"$folder/again.json"
sed 's/"count": \([0-9]*\),$/"count": \1/' "$folder/seed-17.json" |
    cmp -s - "$folder/again.json" || fail 'the quirk changes more than itself'
expect 0 --hazards --seeds 20 --jobs 1 --quirk ping-blocks-sending --quirk H1 --quirk zero-code
silent err
out 'hazard  quirk'
out 'H1      busy-fetch              L3  '
out 'H3      ping-blocks-sending     L2  '
out '-       zero-code               no property    not found in 20 seeds'
out '3 quirks, up to 20 seeds each from 1: 2 found, 0 not found, 1 that breaks no property ('
seed=$(awk '$1 == "H3" { print $4 }' "$folder/out")
expect 1 --seed "$seed" --quirk ping-blocks-sending
out ' L2  who has something to send sends it' # after the mark of the locale
out "explore --quirk ping-blocks-sending --seed $seed"
expect 0 --seed "$seed"
expect 0 --hazards --seeds 12 --jobs 1 --json
silent err
[ "$(wc -l <"$folder/out")" -eq 25 ] || fail 'not a line for each quirk and one for all'
is_json "$folder/out"
cp "$folder/out" "$folder/first"
expect 0 --hazards --seeds 12 --jobs 7 --json
cmp -s "$folder/out" "$folder/first" || fail 'with --jobs 7 other hazards are found'
expect 0 --hazards --seeds 5 --seed-base 100 --quirk H11 --json
out '"first_seed": 100, "seeds": 5, "quirks": 1, "found": 1'

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
# As timeout(1) does: one stop is several signals, to the process and to its group.
: >"$folder/out"
"$bnetlab" explore --seeds 1000000000 --jobs 2 --json >"$folder/out" 2>"$folder/err" &
process=$!
until [ -s "$folder/out" ] || ! kill -0 "$process"; do :; done
kill -TERM "$process"
kill -TERM "$process"
wait "$process"
status=$?
[ "$status" -eq 143 ] || fail "exit status $status, not 143, on SIGTERM twice"
is_json "$folder/out"
out '"seeds": 1000000000,'
# A table of hazards ends with what is known, too.
: >"$folder/out"
"$bnetlab" explore --hazards --seeds 1000000000 --quirk zero-code >"$folder/out" 2>"$folder/err" &
process=$!
until [ -s "$folder/out" ] || ! kill -0 "$process"; do :; done
kill -TERM "$process"
wait "$process"
status=$?
[ "$status" -eq 143 ] || fail "exit status $status, not 143, on SIGTERM with --hazards"
out '0 of 1 quirk, up to 1,000,000,000 seeds each from 1: 0 found, 0 not found ('

finish
