#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# "Three nodes in a shell" of README.md, word for word but for the ports, which must be free; then the
# same with a kill, a transaction and one that follows irreversible blocks (tests/three_nodes.py).
# Usage: BNETLAB=path/of/bnetlab sh tests/check_three_nodes.sh, from the project's root.

set -u
bnetlab=${BNETLAB:?the path of the program}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PYTHONDONTWRITEBYTECODE=1

fail() {
    echo "FAILED: $*" >&2
    tail -c 3000 "$folder/out" "$folder/err" >&2
    exit 1
}

python3 - >"$folder/ports" <<'END'
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(each.getsockname()[1] for each in sockets))
END
read -r one two three <"$folder/ports"

# From the key to the kill; a script has no numbers of jobs.
mkdir "$folder/bin" "$folder/home"
ln -s "$bnetlab" "$folder/bin/bnetlab"
# shellcheck disable=SC2016 # variables of those lines
sed -n '/^    K=/,/^    kill /p' README.md |
    sed -e "s/4321/$one/; s/4321/$one/; s/4322/$two/; s/4323/$three/" \
        -e 's/^\( *bnetlab node.*\)&$/\1\& pids="$pids $!"/' \
        -e 's/^\( *--enable-stale-production\) &$/\1 \& pids="$pids $!"/' \
        -e 's/^ *kill .*/kill $pids; wait/' >"$folder/lines"
[ "$(wc -l <"$folder/lines")" -eq 7 ] || fail "README.md has other lines: $(cat "$folder/lines")"
(
    cd "$folder/home" || exit 1
    PATH=$folder/bin:$PATH
    # shellcheck disable=SC2034 # for those lines
    pids=
    # shellcheck disable=SC1091 # made above
    . ../lines
) >"$folder/out" 2>"$folder/err" || fail "README.md: status $?"
grep -q '^{"ok":true,.*"head":{"number":1[0-9],.*"sessions":1,' "$folder/out" || fail 'not the answer'
"$bnetlab" decode --json "$folder/home/two/blocks.log" >"$folder/out" || fail 'no chain of the second'
grep -q '"#num":9[,}]' "$folder/out" || fail 'the second has not got block 9'

mkdir "$folder/nodes"
python3 tests/three_nodes.py "$bnetlab" "$folder/nodes" || exit 1
echo "three_nodes: all good"
