#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab devnet: what it refuses, that the nodes get on, that no node outlives it, who is started
# again.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_devnet.sh, from the project's root.

set -u
bnetlab=${BNETLAB:?the path of the program}
folder=$(mktemp -d)
failures=0
running=
trap '[ -z "$running" ] || kill -9 "$running"; rm -rf "$folder"' EXIT

fail() {
    echo "FAILED: $*" >&2
    tail -c 1500 "$folder/out" "$folder/err" >&2
    failures=$((failures + 1))
}

# devnet STATUS ARGUMENT...: it ends with that status.
devnet() {
    wanted=$1
    shift
    "$bnetlab" devnet "$@" >"$folder/out" 2>"$folder/err" </dev/null
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, of: devnet $*"
}
out() {
    grep -q -- "$1" "$folder/out" || fail "no '$1' on standard output"
}
err() {
    grep -qF -- "$1" "$folder/err" || fail "no '$1' on standard error"
}

# begin ARGUMENT...: runs one on the side.
begin() {
    : >"$folder/out" # what the last one said is not looked at
    : >"$folder/err"
    "$bnetlab" devnet "$@" >"$folder/out" 2>"$folder/err" </dev/null &
    running=$!
}
# end STATUS: it ends with that.
end() {
    wait "$running"
    status=$?
    running=
    [ "$status" -eq "$1" ] || fail "exit status $status, not $1"
}
# until_is COMMAND...: asks until it is so.
until_is() {
    tries=0
    until "$@" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then
            fail "it does not come to this: $*"
            return
        fi
        sleep 0.1
    done
}
# is_gone PID: the process has ended; it may be that nobody has asked for its status yet.
is_gone() {
    ! kill -0 "$1" 2>/dev/null || grep -q '^[0-9]* (.*) Z' "/proc/$1/stat"
}
# came_back TIMES: so often one was started again.
came_back() {
    [ "$(grep -c 'started again' "$folder/err")" -eq "$1" ]
}
# pid_of NODE: its process, by the last line about it.
pid_of() {
    sed -n "s/^{\"node\":$1,\"state\":\"runs\",\"pid\":\([0-9]*\),.*/\1/p" "$folder/out" | tail -n 1
}
has_pid() {
    [ -n "$(pid_of "$1")" ]
}

# ---- what it refuses -----------------------------------------------------------------------------

# refuses TEXT ARGUMENT...
refuses() {
    text=$1
    shift
    devnet 2 "$@"
    err "$text"
}
refuses '--peers=0: allowed is a number from 1 to 64' --peers 0
refuses '--peers=65: allowed is a number from 1 to 64' --peers 65
refuses '--producers=0: allowed is a number from 1 to 5' --producers 0
refuses '--producers=4: allowed is a number from 1 to 3' --peers 3 --producers 4
refuses '--degree=-2: allowed is a number from 0 to 62' --degree -2
refuses '--degree=64: allowed is a number from 0 to 62' --degree 64
refuses '--degree=3: allowed is an even number' --degree 3
refuses '--duration=-1: allowed' --duration -1
refuses '--interval=0: allowed is a number from 1 to 3600' --interval 0
refuses '--interval=3601: allowed' --interval 3601
refuses '--port=65532: allowed is a number from 0 to 65531' --port 65532
refuses '--profile=x: allowed are documented and eosio-1.7' --profile x
refuses '"x" is no option' x
refuses 'did you mean --peers?' --peer 2
: >"$folder/file"
refuses 'cannot be made' --data-dir "$folder/file/in"
mkdir -p "$folder/odd/node-01"
echo 'no log' >"$folder/odd/node-01/blocks.log"
refuses 'node-01: ' --peers 1 --data-dir "$folder/odd" --duration 1
devnet 0 --help
out '--producers'

# ---- a network that is well ----------------------------------------------------------------------

devnet 0 --peers 3 --duration 2 --interval 1 --json --log-json --data-dir "$folder/net"
out '^{"node":3,"state":"runs",'
out '"sessions":2,'
out '^{"agree":true,"lib":[1-9]'
grep -q '"what":"applied"' "$folder/net/node-03.jsonl" || fail 'no events of node 3'
"$bnetlab" decode --json "$folder/net/node-03/blocks.log" >"$folder/out" 2>"$folder/err" ||
    fail 'the log of node 3 does not decode'
out '"#num":2'
refuses 'is of a network with --producers=1' --producers 2 --data-dir "$folder/net" --duration 1

# It goes on with what there is; more nodes may come.
devnet 0 --peers 4 --duration 1 --data-dir "$folder/net" --interval 3600
out '^all nodes agree: block [1-9]'
[ "$(grep -c '^node-04 ' "$folder/out")" -eq 2 ] || fail 'not two states of node 4'

# Several producers, linked in a ring, by the deployed plugin's profile.
devnet 0 --peers 5 --producers 3 --degree 2 --duration 2 --profile eosio-1.7 --data-dir "$folder/several"
grep -q '^node-04 .* sessions 2 ' "$folder/out" || fail 'node 4 has not two sessions'

# On a terminal it is a table that is drawn over itself; a row is a line, however narrow that is.
terminal() {
    TERM=xterm python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$bnetlab" devnet "$@" \
        >"$folder/out" 2>"$folder/err" </dev/null
    esc=$(printf '\033')
    out "$esc\[?7lnode  *pid "
    out "^$esc\[?7h$esc\[3A.$esc\[J$esc\[?7lnode "
    out 'all nodes agree: block [1-9]'
}
# Where the system has no terminals to give (a root without /dev/pts) there is nothing to try.
if python3 -c 'import os; os.openpty()' 2>/dev/null; then
    terminal --peers 2 --duration 2
fi

# ---- the most ------------------------------------------------------------------------------------

devnet 0 --peers 64 --producers 64 --duration 1
out '^node-64 '

# ---- ends ----------------------------------------------------------------------------------------

# A signal ends it well, and its temporary folder goes. Who is killed comes back, with its chain.
begin --peers 3 --interval 1 --json
until_is grep -q '^{"node":2,.*"lib":{"number":[1-9]' "$folder/out"
first=$(pid_of 2)
kill -9 "$first"
until_is grep -q 'has ended; it was started again as pid' "$folder/err"
until_is grep -q '^{"node":2,.*"restarts":1}' "$folder/out"
second=$(pid_of 2)
[ "$first" != "$second" ] || fail 'it has the same number'
temporary=$(sed -n 's/.*their data is in //p' "$folder/err")
[ -d "$temporary" ] || fail 'no temporary folder'
kill -INT "$running"
end 0
out '^{"agree":true,'
is_gone "$second" || fail 'a node outlives its network'
[ ! -e "$temporary" ] || fail 'the temporary folder stays'

# Logs that were asked for can be read afterwards.
mkdir "$folder/tmp"
TMPDIR=$folder/tmp devnet 0 --peers 1 --duration 1 --log-json
err 'devnet: 1 node, of which 1 makes blocks; their data is in '
err ' is left behind'
[ -s "$(find "$folder/tmp" -name node-01.jsonl)" ] || fail 'the logs are gone'

# Who shall not come back is missed in the end.
begin --peers 2 --interval 1 --json --no-restart --data-dir "$folder/dead"
until_is has_pid 2
kill -9 "$(pid_of 2)"
until_is grep -q 'has ended, and stays so' "$folder/err"
kill -TERM "$running"
end 1
out '^{"agree":false,"why":"node-02 does not run"}'

# After five times it stays dead.
begin --peers 2 --interval 1 --json --data-dir "$folder/often"
until_is has_pid 2
pid=$(pid_of 2)
for times in 1 2 3 4 5; do
    kill -9 "$pid"
    until_is came_back $times
    pid=$(sed -n 's/.*started again as pid //p' "$folder/err" | tail -n 1)
done
kill -9 "$pid"
until_is grep -q 'has ended, and stays so' "$folder/err"
kill -INT "$running"
end 1
out '"restarts":5}'

# It is killed itself: its nodes see the end of their input.
begin --peers 2 --interval 1 --json --data-dir "$folder/killed"
until_is has_pid 2
one=$(pid_of 1)
two=$(pid_of 2)
kill -9 "$running"
end 137 2>"$folder/out"
until_is is_gone "$one"
until_is is_gone "$two"

[ "$failures" -eq 0 ] || exit 1
echo "devnet: all good"
