#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `bnetlab conform` from outside: exit statuses, what it prints, bad files.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_conform.sh, from the project's root.

subcommand=conform
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh
data=tests/data/conform

# is TEXT: standard output is that and nothing else.
is() {
    [ "$(cat "$folder/out")" = "$1" ] || fail "standard output is not: $1"
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
is '4 agree, 0 disagree; 2 files were left out'
err "note: $data/blocks.log is left out: it holds no case of kind signatures"
err "note: $data/wire-vectors.json is left out: it holds no case of kind signatures"
: >"$folder/empty"
expect 2 signatures $data/blocks.log "$folder/empty"
is '0 agree, 0 disagree; 1 file could not be read; 1 file was left out'
err "$folder/empty: holds no record"
expect 2 signatures $data/blocks.log
is '0 agree, 0 disagree; 1 file was left out'
err 'no file holds a case of kind signatures'
expect 0 signatures --json $data/blocks.log $data/signatures.jsonl
out '"files_left_out": 1,'
out '"files_not_read_to_end": 0,'
out '"left_out": true'
out '"left_out": false'

# A file that is of no other kind is wrong, and not left out.
echo '{"foo": 1}' >"$folder/foo.json"
expect 2 chain "$folder/foo.json" $data/chain-own.jsonl.gz
is '1,421 agree, 0 disagree; 1 file was not read to its end (from line 1 on)'
err "foo.json:1: no key \"producers\"; every record of kind chain has \"producers\", \"genesis\", \"steps\""
gzip -dc $data/chain-own.jsonl.gz | sed 's/"genesis"/"geneses"/' >"$folder/foo.json"
expect 2 chain "$folder/foo.json"
err 'foo.json:1: unknown key "geneses"; did you mean "genesis"?; every record'

# --- a process over sockets (its own tests: check_conform_live.c)

grep '"another_chain"' $data/sessions-own.json | sed 's/,$//' >"$folder/session.json"
expect 0 sessions --live "$folder/session.json"
is '1 agree, 0 disagree'
silent err
expect 0 sessions --live --json "$folder/session.json"
out '"skipped": 0,'
out '"skips": ['
sed 's/"how": "tcp"/"how": "ws"/' "$folder/session.json" >"$folder/wrong.json"
expect 1 sessions --live "$folder/wrong.json" "$folder/session.json"
out 'wrong.json:1: record 1 (another_chain): steps[3].expect'
out '    expected  {"type":"closed","how":"ws"}'
out '    got       {"type":"closed","how":"tcp"}'
out '1 agree, 1 disagree'
expect 2 wire --live $data/wire-vectors.json
err 'cases of kind wire are not held live, only those of kind sessions'
# A transaction that expires in the first second of 2026, at which simulated nodes begin.
sed 's/"setup"/"trxs": {"late": {"hex": "0000001000b95569000000000000000000000000", "id": ""}}, &/' \
    "$folder/session.json" >"$folder/late.json"
expect 1 sessions --live "$folder/late.json"
is "$folder/late.json:1: record 1 (another_chain): was skipped: the time of late lies between\
 2026-01-01 and now
0 agree, 0 disagree, 1 skipped"
expect 1 sessions --live --json "$folder/late.json"
out '"skipped": 1,'
out '"why": "the time of late'

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

expect 1 signatures --json "$folder/wrong.jsonl" $data/blocks.jsonl
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

# --- values that are no notation of their field disagree, and the file goes on

# edit FILE SED: the disagreements of that file with one change.
edit() {
    sed "$2" "$data/$1" >"$folder/edited.jsonl"
    kind=${1%.jsonl}
    expect 1 "$kind" "$folder/edited.jsonl"
    silent err
}
edit signatures.jsonl '2s/\("signature": "SIG_K1_.*\)\(.\)\(", "public_key"\)/\11\3/'
out '): signature'
out '    got       a signature'
out '    note      the checksum of SIG_K1_'
out '3 agree, 1 disagree'
edit signatures.jsonl '2s/"signature": "SIG_K1_./"signature": "SIG_K1_0/'
out 'is no signature: its character 8 is no digit of base 58'
for value in 5 null '"00"' '"SIG"' '{}'; do
    edit signatures.jsonl "1s/\"signature\": \"[A-Za-z0-9_]*\"/\"signature\": $value/"
    out '3 agree, 1 disagree'
    for key in id block_num header_digest blockroot_merkle schedule_hash sig_digest public_key; do
        edit signatures.jsonl "1s/\"$key\": \(\"[A-Za-z0-9_]*\"\|[0-9]*\)/\"$key\": $value/"
        out '3 agree, 1 disagree'
    done
done
edit signatures.jsonl '1s/"public_key": "EOS\([^"]*\)."/"public_key": "EOS\11"/'
out 'the checksum of EOS'
for value in '"gzip"' 2 -1 null '[]' 0.0; do
    edit transactions.jsonl "1s/\"compression\": *\(\"[a-z]*\"\|[0-9]\)/\"compression\": $value/"
    out '): compression'
    out '    got       none or zlib'
    out '2 agree, 1 disagree'
done
for value in '[5]' '["SIG_K1_1"]' '["00"]' 5 null; do
    edit transactions.jsonl "1s/\"signatures\": *\[[^]]*\]/\"signatures\": $value/"
    out '): signatures'
    out '2 agree, 1 disagree'
done

# wire RECORD: the only record disagrees.
wire() {
    printf '%s\n' "$1" '{"hex":"0300","tag":3,"json":null}' >"$folder/edited.jsonl"
    expect 1 wire "$folder/edited.jsonl"
    silent err
    out '1 agree, 1 disagree'
}
notice='"hex":"020000","verdict":"accepted","decodes":true,"type":"block_notice","left":1,"ids":{}'
wire "{$notice,\"decoded\":{}}"
out ': decoded.block_ids'
out '    expected  nothing: there is no such key'
out '    got       []'
wire "{$notice,\"decoded\":{\"block_ids\":[],\"blok_id\":7}}"
out ': decoded.blok_id'
out '    expected  7'
out '    got       unknown key "blok_id"; did you mean "block_ids"?'
for value in 5 null '[]' '"x"'; do
    wire "{$notice,\"decoded\":$value}"
    out '    got       an object'
done
for value in '{}' 5 null '"aa"'; do
    wire "{$notice,\"decoded\":{\"block_ids\":$value}}"
    out "    expected  $(echo "$value" | tr -d '"')"
    out '    got       []'
    out '    note      not a list'
done
wire '{"hex":"0300","verdict":"maybe","decodes":true,"type":"signed_block","left":0,"decoded":null,"ids":{}}'
out '    expected  maybe'
out '    got       accepted or closed:REASON'
for value in 2 '"true"' null; do
    wire "{\"hex\":\"00\",\"verdict\":\"closed:1007\",\"decodes\":$value}"
    out ': decodes'
done

# Lists of another length are shown in full.
id=0000000000000000000000000000000000000000000000000000000000000001
wire "{\"hex\":\"0201$id\",\"tag\":2,\"json\":{\"block_ids\":[\"$id\",\"00\"]}}"
out "    expected  [\"$id\",\"00\"]"
out "    got       [\"$id\"]"
out '    note      2 items expected, 1 item got'
expect 1 wire --json "$folder/edited.jsonl"
out '"note": "2 items expected, 1 item got"'
wire "{\"hex\":\"0201$id\",\"tag\":2,\"json\":{\"block_ids\":[]}}"
out '    expected  []'
out '    note      0 items expected, 1 item got'

# --- bad files are told of behind the counts

expect 2 wire $data/wire-vectors.json "$folder/none"
is '19 agree, 0 disagree; 1 file could not be read'
head -n 3 $data/signatures.jsonl >"$folder/short.jsonl"
echo '{"sig_digest": "", "public_key": "" ' >>"$folder/short.jsonl"
expect 2 signatures "$folder/short.jsonl"
is '3 agree, 0 disagree; 1 file was not read to its end (from line 4 on)'
expect 2 signatures "$folder/short.jsonl" "$folder/none" $data/signatures.jsonl
is '7 agree, 0 disagree; 1 file was not read to its end (from line 4 on); 1 file could not be read'
expect 2 signatures --json "$folder/short.jsonl" "$folder/none" $data/signatures.jsonl
out '"files_not_read_to_end": 2,'
out '"bad_line": 4'
out '"bad_line": null'
sed '4s/"hex": *"/"hex": "0/' <<'END' >"$folder/short.jsonl"
{"hex":"0300","tag":3,"json":null}
{"hex":"0300","tag":3,"json":null}
{"hex":"0300","tag":3,"json":null}
{"hex":"0300","tag":3,"json":null}
END
expect 2 wire "$folder/short.jsonl"
is '3 agree, 0 disagree; 1 file was not read to its end (from line 4 on)'
err "$folder/short.jsonl:4: hex: must be an even number of hexadecimal digits"

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
err "$folder/key.jsonl:3: no key \"public_key\", which other records of the file have"
out '2 agree, 0 disagree'
sed '2s/"schedule_hash"/"schedule"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err "$folder/key.jsonl:2: case 00000003"
err ': no key "schedule_hash"'
sed '2s/"chain"/"network"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err 'unknown key "network": it would not be compared; allowed are "'
err ' and "'
expect 2 --json signatures "$folder/key.jsonl"
out "key.jsonl:2: case 00000003"
sed '2s/"schedule_hash"/"shedule_hash"/' $data/signatures.jsonl >"$folder/key.jsonl"
expect 2 signatures "$folder/key.jsonl"
err 'unknown key "shedule_hash"; did you mean "schedule_hash"?'
sed '2s/"producer"/"producr"/' $data/blocks.jsonl >"$folder/key.jsonl"
expect 2 blocks "$folder/key.jsonl"
err 'unknown key "producr"; did you mean "producer"?'
printf '{"hex":"00","decodes":false,"verdict":"closed:1007","type":"hello"}\n' >"$folder/key.jsonl"
expect 2 wire "$folder/key.jsonl"
err 'key "type" stands only with "decodes": true'

# Words that no message and no close has.
sed 's/"type": *"closed"/"type": "nonsense"/' $data/sessions-own.json >"$folder/word.json"
expect 2 sessions "$folder/word.json"
err 'key "type": "nonsense" is none of hello, trx_notice, block_notice, '
sed 's/"how": *"tcp"/"how": "udp"/' $data/sessions-own.json >"$folder/word.json"
expect 2 sessions "$folder/word.json"
err 'key "how": "udp" is none of tcp, ws'

# A key of a record cannot reach the terminal.
printf '{"hex":"0300","tag":3,"json":null,"\\u001b]0;x":1}\n' >"$folder/key.jsonl"
expect 2 wire "$folder/key.jsonl"
err 'unknown key "?]0;x": it would not be compared'

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
[ "$(grep -o 'checksum.gz' "$folder/err" | wc -l)" -eq 1 ] || fail 'the name is told twice'
# Wherever it is cut: from where on it is known to be a gzip stream.
for bytes in 2 9 10 11 30 600 $((size - 9)) $((size - 8)) $((size - 1)); do
    gzip -c $data/blocks.jsonl | head -c "$bytes" >"$folder/cut.gz"
    expect 2 blocks "$folder/cut.gz"
    err "$folder/cut.gz: the gzip stream is cut"
done

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
err 'no key "hex"'
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
out 'Exit status: 0 all cases agree, 1 some disagree or were skipped, 2'
out '3 internal error'

if [ -w /dev/full ]; then
    "$bnetlab" conform wire $data/wire-vectors.json >/dev/full 2>"$folder/err"
    status=$?
    : >"$folder/out"
    [ "$status" -eq 3 ] || fail "exit status $status, not 3, with a full disk"
fi

finish
