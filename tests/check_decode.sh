#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab decode from outside: what it reads, in which forms, and what it says of bad input. What it
# must write stands in tests/data/decode/ and was made apart from the program.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_decode.sh, from the project's root.

subcommand=decode
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh
input=$folder/in
data=$PWD/tests/data/decode
: >"$folder/in"

# file_is FILE: standard output is that file of the data, and nothing else was said.
file_is() {
    cmp "$folder/out" "$data/$1" || fail "standard output is not $1"
    silent err
}
# out_is TEXT..., err_is TEXT...: these lines.
out_is() {
    printf '%s\n' "$@" | cmp -s - "$folder/out" || fail "standard output is not: $*"
}
err_is() {
    printf '%s\n' "$@" | cmp -s - "$folder/err" || fail "standard error is not: $*"
}

# hex_of NAME: the bytes of a case of forms.txt.
hex_of() {
    sed -n "s/^[a-z]* $1 \([0-9a-f]*\) .*/\1/p" "$data/forms.txt"
}

# ---- what it takes its input for -------------------------------------------------------------------

# All cases, each of which must be found to be what it is.
cases=0
while read -r kind _ hex json; do
    case $kind in
    '#') continue ;;
    esac
    cases=$((cases + 1))
    expect 0 --json "$hex"
    out_is "{\"$kind\":$json}"
    silent err
    expect 0 --json "--as=$kind" "$hex"
    out_is "{\"$kind\":$json}"
done <"$data/forms.txt"
[ "$cases" -eq 17 ] || fail "$cases cases, not 17"

expect 0 "$(hex_of hello)"
file_is hello.txt
expect 0 "$(hex_of hello | tr a-f A-F)"
file_is hello.txt
expect 0 "$(hex_of genesis)"
file_is genesis.txt
expect 0 --json "$(hex_of block)"
file_is message.json
expect 0 --json "$(hex_of header)"
file_is header.json
expect 0 --json "$(hex_of trx)"
file_is transaction.json
expect 0 0300
out_is 'message:' '  signed_block: null'

# A message before a transaction; --as overrules.
both=0500000000000000000000000000000101001a0000000000000000000000000000000000000000000000000000
expect 0 "$both"
[ "$(head -n 2 "$folder/out" | tr -d '\n')" = 'message:  ping:' ] || fail 'not taken for a ping'
expect 0 --as=transaction "$both"
[ "$(head -n 2 "$folder/out" | tr -d '\n')" = \
    'transaction:  expiration: 1970-01-01T00:00:05' ] || fail 'not taken for a transaction'

# ---- where it reads --------------------------------------------------------------------------------

expect 0 "$data/block.hex"
file_is block.txt
expect 0 --json "$data/packed.hex"
file_is packed.json
printf '\002\000' >"$folder/binary"
cp "$folder/binary" "$folder/in"
for argument in "$folder/binary" - /dev/stdin; do
    expect 0 --json "$argument"
    out_is '{"message":{"block_notice":{"block_ids":[]}}}'
done
printf ' 0\t2\n0\r0\n\n' >"$folder/in"
expect 0 --json -
out_is '{"message":{"block_notice":{"block_ids":[]}}}'
cp "$data/packed.hex" "$folder/in"
expect 0 --json --as=transaction -
file_is packed.json
# A word of digits is no file, whatever there is.
printf 'no such thing' >"$folder/0200"
(cd "$folder" && "$bnetlab" decode --json 0200) >"$folder/out"
out_is '{"message":{"block_notice":{"block_ids":[]}}}'
(cd "$folder" && "$bnetlab" decode ./0200) >"$folder/out" 2>"$folder/err"
err './0200: 13 bytes do not decode as'

# ---- blocks.log ------------------------------------------------------------------------------------

log=$data/log.bin
cp "$log" "$folder/in"
od -An -v -tx1 "$log" >"$folder/log.hex"
for argument in "$log" - "$folder/log.hex" "$(tr -d ' \n' <"$folder/log.hex")"; do
    expect 0 "$argument"
    file_is log.txt
    expect 0 --json "$argument"
    file_is log.jsonl
done
for argument in "$log" - "$(tr -d ' \n' <"$folder/log.hex")"; do
    expect 0 --json --as=blocks-log "$argument"
    file_is log.jsonl
done
# As a stream, from a pipe.
# shellcheck disable=SC2002 # a file is not a pipe
cat "$log" | "$bnetlab" decode --json --as=blocks-log - >"$folder/out" 2>"$folder/err" ||
    fail 'a pipe does not decode'
file_is log.jsonl

# The log starts at 0, its blocks at 126 and 318, and it ends at 550. Cut at each byte it ends well
# before a block alone; else the good blocks are there and an error names the place.
for position in 126 127 200 317 318 319 541 542 549 550; do
    head -c "$position" "$log" >"$folder/cut"
    cp "$folder/cut" "$folder/in"
    blocks=0
    [ "$position" -lt 318 ] || blocks=1
    [ "$position" -lt 550 ] || blocks=2
    case $position in
    126 | 318 | 550) wanted=0 ;;
    *) wanted=2 ;;
    esac
    for argument in "$folder/cut" -; do
        expect "$wanted" --json "$argument"
        head -n $((blocks + 1)) "$data/log.jsonl" | cmp -s - "$folder/out" ||
            fail "not the $blocks good blocks of a log cut at $position"
        if [ "$wanted" -eq 0 ]; then
            silent err
        else
            err ': byte '
            err 'more bytes'
        fi
    done
done
# A block that does not follow the one before, at byte 318 + 14.
{ head -c 332 "$log" && printf '\001' && tail -c +334 "$log"; } >"$folder/bad"
cp "$folder/bad" "$folder/in"
for argument in "$folder/bad" -; do
    expect 2 --json "$argument"
    head -n 2 "$data/log.jsonl" | cmp -s - "$folder/out" || fail 'not the good block'
    err ': byte 332: block.previous: '
done
# The start of a log that is cut: no log for a guess, an error of the log with --as.
head -c 125 "$log" >"$folder/cut"
expect 2 "$folder/cut"
silent out
err '  blocks_log: byte 118: the mark ffffffffffffffff before the first block is missing: '
expect 2 --as=blocks-log "$folder/cut"
silent out
err "$folder/cut: byte 118: the mark ffffffffffffffff before the first block is missing: "
{ head -c 118 "$log" && head -c 8 /dev/zero; } >"$folder/cut"
expect 2 --as=blocks-log "$folder/cut"
err "$folder/cut: byte 118: the mark ffffffffffffffff before the first block must stand here; no block is good"

# What is no log at all. A version up to 16 might be one that is to come.
printf '{"version": 3}' >"$folder/other"
expect 2 --as=blocks-log "$folder/other"
err_is "bnetlab: decode: $folder/other: is not a blocks.log (its first four bytes are 7b 22 76 65)"
printf '\021\000\000\000' >"$folder/other"
expect 2 --as=blocks-log "$folder/other"
err_is "bnetlab: decode: $folder/other: is not a blocks.log (its first four bytes are 11 00 00 00)"
printf '\020\000\000\000' >"$folder/other"
expect 2 --as=blocks-log "$folder/other"
err_is "bnetlab: decode: $folder/other: byte 0: version 16; 1 to 3 are allowed"
gzip -c "$log" >"$folder/packed"
cp "$folder/packed" "$folder/in"
expect 2 "$folder/packed"
err_is "bnetlab: decode: $folder/packed: is gzipped; unpack it first"
expect 2 --as=blocks-log "$folder/packed"
err_is "bnetlab: decode: $folder/packed: is gzipped; unpack it first"
expect 2 -
err_is 'bnetlab: decode: standard input: is gzipped; unpack it first'

# ---- bad input -------------------------------------------------------------------------------------

# For each kind, where it fails and what may stand there; that which got furthest first.
expect 2 0503
silent out
err_is 'bnetlab: decode: the argument: 2 bytes do not decode as (the likeliest first)' \
    '  message: byte 1: ping.sent: allowed is more bytes: the input ends here' \
    '  packed_transaction: byte 1: signatures[0]: allowed is type 0 (K1), 1 (R1) or 2 (WebAuthn)' \
    '  blocks_log: byte 0: version: allowed is more bytes: the input ends here' \
    '  block: byte 0: timestamp: allowed is more bytes: the input ends here' \
    '  transaction: byte 0: expiration: allowed is more bytes: the input ends here' \
    '  header: byte 0: timestamp: allowed is more bytes: the input ends here' \
    '  genesis: byte 0: initial_timestamp: allowed is more bytes: the input ends here'
expect 2 --as=message 07
err_is 'bnetlab: decode: the argument: 1 byte does not decode as' \
    '  message: byte 0: message: allowed is 0 (hello) to 6 (pong)'
expect 2 --as=message 020000
err '  message: byte 2: it ends here, and 1 byte follows'
expect 2 --as=message 0200ff00
err '  message: byte 2: it ends here, and 2 bytes follow'
# In what was inflated: no transaction, but 16 bytes of ff.
expect 2 --as=transaction 0001000c78dafbff1f15000087880ff1
err '  packed_transaction: byte 4 (byte 16 when inflated): packed_trx.delay_sec: allowed is more bytes'
# Signatures of EOSIO 2 are in blocks, not in what the protocol's own software reads.
expect 2 --as=message "0301$(hex_of webauthn)"
err 'signed_block.transactions[0].trx.signatures[0]: allowed is type 0 (K1) or 1 (R1)'

expect 2
err 'one argument is needed'
expect 2 0200 0200
err 'one argument is needed'
for as in '' blocks_log Message ping; do
    expect 2 "--as=$as" 0200
    err "--as=$as: one of message, block, transaction, header, genesis and blocks-log must follow"
    silent out
done
expect 2 --nonsense 0200
err 'nonsense'
expect 2 "$folder/none"
err "$folder/none: "
expect 2 020
err '020: '
err 'an odd number of hexadecimal digits'
expect 2 ''
err_is 'bnetlab: decode: the argument is empty; it must be hexadecimal digits, a file or -'
for argument in 0x0200 0X0200 0x020 '02 00' '0 2'; do
    expect 2 "$argument"
    silent out
    err "decode: $argument: "
    err 'digits alone, without 0x or spaces'
done
expect 2 0xy
err_is 'bnetlab: decode: 0xy: No such file or directory'
expect 2 "$folder"
err "$folder: "
expect 2 --as=blocks-log "$folder"
err "$folder: "
expect 2 --as=blocks-log "$folder/none"
err "$folder/none: "
: >"$folder/in"
expect 2 -
err 'standard input: is empty'
expect 2 --as=blocks-log -
err '/dev/stdin: '
for text in 0 '02 0' '02 00 f'; do
    echo "$text" >"$folder/in"
    expect 2 -
    err 'standard input: an odd number of hexadecimal digits'
done
printf ' \n' >"$folder/in"
expect 2 -
err 'standard input: is empty'
silent out

# The longest value, and the most that is read into memory.
for bytes in 16777216 16777217 67108864 67108865; do
    head -c "$bytes" /dev/zero | "$bnetlab" decode --as=message - >"$folder/out" 2>"$folder/err"
    status=$?
    [ "$status" -eq 2 ] || fail "exit status $status, not 2, of $bytes bytes"
    case $bytes in
    16777216) err 'standard input: 16777216 bytes do not decode as' ;;
    67108865) err_is 'bnetlab: decode: standard input: more than 67108864 bytes; only with --as=blocks-log it may be longer' ;;
    *) err_is 'bnetlab: decode: standard input: more than 16777216 bytes; only a blocks.log may be longer' ;;
    esac
done

# ---- output that cannot be written -----------------------------------------------------------------

if [ -e /dev/full ]; then
    for argument in 0200 "$log" "$(tr -d ' \n' <"$folder/log.hex")"; do
        "$bnetlab" decode --json "$argument" >/dev/full 2>"$folder/err"
        status=$?
        [ "$status" -eq 3 ] || fail "exit status $status, not 3, with a full disk"
        [ "$(wc -l <"$folder/err")" -eq 1 ] || fail 'a full disk is not told once'
    done
fi
# Nobody reads all of a notice with 20,000 ids.
{ printf '\002\240\234\001' && head -c 640000 /dev/zero; } >"$folder/in"
expect 0 -
[ "$(wc -l <"$folder/out")" -eq 20003 ] || fail 'not 20,000 ids'
(
    trap '' PIPE
    "$bnetlab" decode - 2>"$folder/err" <"$folder/in"
    echo $? >"$folder/status"
) | exec true
until [ -s "$folder/status" ]; do :; done
[ "$(cat "$folder/status")" -eq 3 ] || fail 'not exit status 3 on a closed pipe'
: >"$folder/out"
silent err
(
    trap '' PIPE
    "$bnetlab" decode --json "$log" 2>"$folder/err"
    echo $? >"$folder/status"
) | head -n 1 >"$folder/out"
until [ -s "$folder/status" ]; do :; done
silent err

expect 0 --help
for word in --json --as HEX blocks-log; do
    grep -qF -- "$word" "$folder/out" || fail "no $word in the help"
done
grep -qE -- '--as=KIND .*blocks-log, message, block, transaction, header or genesis' "$folder/out" ||
    fail 'no kinds in the line of --as'

finish
