#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `bnetlab conform` from outside: exit statuses, what it prints, bad files.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_conform.sh, from the project's root.

set -u
bnetlab=${BNETLAB:?the path of the program}
data=tests/data/conform
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

# expect STATUS ARGUMENT...: bnetlab conform ends with that status.
expect() {
    wanted=$1
    shift
    "$bnetlab" conform "$@" >"$folder/out" 2>"$folder/err" </dev/null
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, of: conform $*"
}

# is TEXT: standard output is that and nothing else; out, err: a piece is there.
is() {
    [ "$(cat "$folder/out")" = "$1" ] || fail "standard output is not: $1"
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

# --- all agree

expect 0 wire $data/wire-vectors.json $data/wire-verdicts.jsonl.gz
is '71 agree, 0 disagree'
silent err
expect 0 blocks $data/blocks.jsonl $data/blocks.log
is '10 agree, 0 disagree'
expect 0 transactions $data/transactions.jsonl
is '3 agree, 0 disagree'
expect 0 signatures $data/signatures.jsonl
is '4 agree, 0 disagree'

# What a file is, its contents say.
gzip -c $data/blocks.jsonl >"$folder/blocks"
gzip -dc $data/wire-verdicts.jsonl.gz >"$folder/verdicts.gz"
expect 0 blocks "$folder/blocks"
is '5 agree, 0 disagree'
expect 0 wire "$folder/verdicts.gz"
is '52 agree, 0 disagree'
gzip -c $data/blocks.jsonl >>"$folder/blocks"
expect 0 blocks "$folder/blocks"
is '10 agree, 0 disagree'

# --- files without a case of the kind

expect 0 signatures $data/blocks.log $data/signatures.jsonl $data/wire-vectors.json
is '4 agree, 0 disagree'
err "note: $data/blocks.log is left out: it holds no case of kind signatures"
err "note: $data/wire-vectors.json is left out: it holds no case of kind signatures"
: >"$folder/empty"
expect 2 signatures $data/blocks.log "$folder/empty"
is '0 agree, 0 disagree'
err 'no file holds a case of kind signatures'

# --- disagreements

sed '2s/"block_num": 3/"block_num": 4/; 3s/"sig_digest": "[0-9a-f]*"/"sig_digest": "00"/' \
    $data/signatures.jsonl >"$folder/wrong.jsonl"
expect 1 signatures "$folder/wrong.jsonl" $data/signatures.jsonl
out "$folder/wrong.jsonl:2: record 2 (00000003"
out '): id'
out '    expected  00000003'
out '    got       00000004'
out "$folder/wrong.jsonl:3: record 3 (00000004"
out '): sig_digest'
out '    expected  00'
out '6 agree, 2 disagree'
silent err
expect 1 signatures --show 0 "$folder/wrong.jsonl"
is '2 agree, 2 disagree'
expect 1 signatures --show=1 "$folder/wrong.jsonl"
[ "$(grep -c expected "$folder/out")" -eq 1 ] || fail '--show 1 does not show one'

expect 1 signatures --json "$folder/wrong.jsonl" $data/blocks.jsonl "$folder/empty"
out '"kind": "signatures"'
out '"agree": 2,'
out '"disagree": 2,'
out '"field": "sig_digest"'
out '"expected": "00"'
out '"line": 3,'
out '"error": null'
if command -v jq >/dev/null; then
    jq -e . "$folder/out" >/dev/null || fail 'not JSON'
fi

# The first five of seven.
sed 's/"block_num": \([0-9]*\)/"block_num": 1\1/' $data/signatures.jsonl >"$folder/all.jsonl"
expect 1 signatures "$folder/all.jsonl" "$folder/wrong.jsonl"
[ "$(grep -c expected "$folder/out")" -eq 5 ] || fail 'not five are shown'
out '2 agree, 6 disagree'

# --- bad files: the others are compared all the same

expect 2 signatures "$folder/none" $data/signatures.jsonl
err "$folder/none: "
out '4 agree, 0 disagree'
expect 2 signatures "$folder" "$folder/wrong.jsonl"
err "$folder: "
out '2 agree, 2 disagree'
printf 'slot,id\n' >"$folder/bad.csv"
expect 2 blocks "$folder/bad.csv"
err "$folder/bad.csv:1: not a record: it must begin with '{'"
sed '3s/"public_key"/"key"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err "$folder/key.jsonl:3: no key 'public_key', which other records of the file have"
out '2 agree, 0 disagree'
sed '2s/"schedule_hash"/"schedule"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err "$folder/key.jsonl:2: case 00000003"
err ": no key 'schedule_hash'"
sed '2s/"chain"/"network"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err "key 'network' is not known here, so it would not be compared"
expect 2 --json signatures "$folder/key.jsonl"
out "key.jsonl:2: case 00000003"

# A key of a record cannot reach the terminal.
printf '{"hex":"0300","tag":3,"json":null,"\\u001b]0;x":1}\n' >"$folder/key.jsonl"
expect 2 wire "$folder/key.jsonl"
err "key '?]0;x' is not known here"

# --- gzip streams that are wrong

gzip -c $data/blocks.jsonl | head -c 1500 >"$folder/cut.gz"
expect 2 blocks "$folder/cut.gz"
err "$folder/cut.gz: the gzip stream is cut"
# Its checksum is the last four bytes but four.
size=$(gzip -c $data/blocks.jsonl | wc -c)
{
    gzip -c $data/blocks.jsonl | head -c $((size - 8))
    printf '\000\000\000\000'
    gzip -c $data/blocks.jsonl | tail -c 4
} >"$folder/checksum.gz"
expect 2 blocks "$folder/checksum.gz"
err "$folder/checksum.gz: the gzip stream is wrong: "

# --- blocks.log

gzip -c $data/blocks.log >"$folder/log.gz"
expect 2 blocks "$folder/log.gz"
err "$folder/log.gz: a gzipped blocks.log; unpack it first"
expect 2 wire "$folder/log.gz"
err 'it holds no case of kind wire'
# What was read of a pipe to know what it is cannot be read again.
# shellcheck disable=SC2002 # a file is not a pipe
cat $data/blocks.log | "$bnetlab" conform blocks /dev/stdin >"$folder/out" 2>"$folder/err"
status=$?
[ "$status" -eq 2 ] || fail "exit status $status, not 2, of a log from a pipe"
err '/dev/stdin: a blocks.log must be a file, not a pipe'
"$bnetlab" conform blocks /dev/stdin <$data/blocks.log >"$folder/out" 2>"$folder/err"
is '5 agree, 0 disagree'
cat $data/blocks.jsonl | "$bnetlab" conform blocks /dev/stdin >"$folder/out" 2>"$folder/err"
is '5 agree, 0 disagree'
head -c 999 $data/blocks.log >"$folder/cut.log"
expect 2 blocks "$folder/cut.log"
err "$folder/cut.log: byte 992: "
out '2 agree, 0 disagree'

# What decodes, but is not what we write: a count of two bytes, in a log of one block.
{
    head -c 308 $data/blocks.log
    printf '\200\000\000\176\000\000\000\000\000\000\000'
} >"$folder/long.log"
expect 1 blocks "$folder/long.log"
out "$folder/long.log: record 1 (block 1): packed_block"
out '0 agree, 1 disagree'
sed -n '1s/00"}$/8000"}/p' $data/blocks.jsonl >"$folder/long.jsonl"
expect 1 blocks "$folder/long.jsonl"
out '): packed_header'
out '0 agree, 1 disagree'

# --- a record has at most 64 MiB

# long BYTES: a gzipped record of that many bytes.
long() {
    {
        printf '{"text":"'
        head -c $(($1 - 11)) /dev/zero | tr '\000' a
        printf '"}'
    } | gzip -1
}
long 67108864 >"$folder/long.gz"
expect 2 wire "$folder/long.gz"
err 'it holds no case of kind wire'
long 67108865 >"$folder/long.gz"
expect 2 wire "$folder/long.gz"
err "$folder/long.gz:1: a record longer than 67108864 bytes"

# --- usage

expect 2
err 'conform: give a kind (wire, blocks, '
silent out
expect 2 wire
err 'conform: give a kind (wire, blocks, '
expect 2 wires $data/blocks.jsonl
err "there is no kind 'wires'; there are wire, blocks, "
silent out
expect 2 wire --show -1 $data/wire-vectors.json
err 'conform: --show -1: must be from 0 to 100000'
expect 2 wire --show 100001 $data/wire-vectors.json
err 'conform: --show 100001: must be from 0 to 100000'
expect 0 wire --show 100000 $data/wire-vectors.json
expect 2 wire --nonsense $data/wire-vectors.json
err 'see bnetlab conform --help'
expect 0 --help
out 'KIND FILE...'
out 'Exit status: 0 all cases agree, 1 some disagree, 2'

if [ -w /dev/full ]; then
    "$bnetlab" conform wire $data/wire-vectors.json >/dev/full 2>"$folder/err"
    status=$?
    : >"$folder/out"
    [ "$status" -eq 3 ] || fail "exit status $status, not 3, with a full disk"
fi

[ "$failures" -eq 0 ] || exit 1
