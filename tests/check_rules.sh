#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every house rule of lint/rules.sh can fail: a sound tree passes, and each breach put into it is
# named, alone, with its file and line.

set -eu

rules=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/lint/rules.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/core" "$tree/node" "$tree/scenarios" "$tree/sim/cli" "$tree/sim/conform" "$tree/reports" \
    "$tree/tests"
licence='/* SPDX-License-Identifier: Apache-2.0 */'

fail() {
    printf 'rules: %s\n' "$*" >&2
    exit 1
}

# breaks FILE LINE TEXT RULE: TEXT as the file's line 2 breaks the rule at LINE and no other rule.
breaks() {
    printf '%s\n%s\n' "$licence" "$3" >"$tree/$1"
    if found=$("$rules" "$tree"); then
        fail "not found: $3 in $1"
    fi
    rm "$tree/$1"
    case $found in
    *'
'*) fail "more than one breach for $3 in $1: $found" ;;
    "$1:$2:"*"$4"*) ;;
    *) fail "another breach for $3 in $1: $found" ;;
    esac
}

# keeps FILE TEXT: TEXT in the file breaks no rule.
keeps() {
    printf '%s\n%s\n' "$licence" "$2" >"$tree/$1"
    found=$("$rules" "$tree") || fail "refused: $2 in $1: $found"
    rm "$tree/$1"
}

include() {
    printf '#include %s' "$1"
}

"$rules" "$tree" || fail 'an empty tree is refused'

keeps core/a.c "$(include '"core/base.h"')"
keeps core/a.c "$(include '<nettle/sha2.h>')"
keeps core/a.c "$(include '<secp256k1_recovery.h>')"
keeps core/a.c "$(include '<zlib.h>')"
keeps core/a.c "$(include '<stdint.h>')"
keeps sim/a.c "$(include '<Random123/philox.h>')"
keeps sim/cli/main.c "$(include '"sim/cli/command.h"')"
keeps sim/cli/main.c "$(include '"node/front.h"')"
keeps node/a.c "$(include '<wslay/wslay.h>')"
keeps node/a.c "$(include '<sys/socket.h>')"
keeps reports/a.c "$(include '<json.h>')"
keeps tests/check_a.c "$(include '<check.h>')"
keeps core/a.c ' * a double sign'
keeps core/a.c 'char name[] = "file.XXXXXX";'

only='includes'
breaks core/a.c 2 "$(include '<glib.h>')" "core/ $only"
breaks core/a.c 2 "$(include '<stdio.h>')" "core/ $only"
breaks core/a.c 2 "$(include '<time.h>')" "core/ $only"
breaks core/a.h 2 "$(include '"sim/world.h"')" "core/ $only"
breaks core/a.c 2 "$(include '"base.h"')" "core/ $only"
breaks scenarios/a.c 2 "$(include '"sim/world.h"')" "scenarios/ $only"
breaks sim/a.c 2 "$(include '<json.h>')" "sim/ $only"
breaks sim/a.c 2 "$(include '"reports/text.h"')" "sim/ $only"
breaks sim/a.c 2 "$(include '"sim/cli/command.h"')" 'only the program'
breaks node/a.c 2 "$(include '"sim/world.h"')" "node/ $only"
breaks node/a.c 2 "$(include '"scenarios/keys.h"')" "node/ $only"
breaks core/a.c 2 "$(include '"node/front.h"')" "core/ $only"
breaks node/a.c 2 'g_printerr("x");' 'only the program prints'
breaks reports/a.c 2 "$(include '<Random123/philox.h>')" "reports/ $only"
breaks sim/conform/a.c 2 "$(include '<zstd.h>')" "sim/conform/ $only"
breaks sim/conform/a.c 2 "$(include '"tests/a.h"')" "sim/conform/ $only"
keeps sim/conform/a.c "$(include '<json-c/json.h>')"
breaks sim/cli/main.c 2 "$(include '<json.h>')" "sim/cli/ $only"
breaks sim/cli/main.c 2 "$(include '"tests/a.h"')" "sim/cli/ $only"
breaks tests/check_a.c 2 "$(include '"sim/queue.c"')" 'no file includes a .c file'
breaks core/a.c 2 'static double x;' 'no floating point'
breaks sim/a.c 2 'printf("x");' 'only the program prints'
breaks reports/a.c 2 'g_printerr("x");' 'only the program prints'
breaks tests/a.c 2 '/* TO''DO: more */' 'no leftovers'
breaks tests/a.c 2 '/* FIX''ME */' 'no leftovers'
breaks tests/a.c 2 'open("/ho''me/me/x");' 'no path of'
breaks tests/a.c 2 'open("/tm''p/x");' 'TMPDIR'
breaks tests/a.c 2 'int a; ' 'no space at the end'
breaks tests/a.c 601 "$(seq 600)" 'at most 600 lines'
keeps tests/a.c "$(seq 599)"
breaks tests/a.cc 2 'open("/tm''p/x");' 'TMPDIR'
breaks tests/a.hh 601 "$(seq 600)" 'at most 600 lines'
breaks sim/a.cc 2 "$(include '<json.h>')" "sim/ $only"

licence='int a;'
breaks sim/a.c 1 'int b;' 'SPDX'
