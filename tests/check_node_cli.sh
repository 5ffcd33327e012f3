#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bnetlab node from a shell: what it says when it cannot start, its configuration file, its log lines.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_node_cli.sh, from the project's root.

subcommand=node
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh
input=$folder/in

: >"$folder/in"
expect 0 --help
for option in bnet-endpoint bnet-follow-irreversible bnet-threads bnet-connect bnet-no-trx \
    bnet-peer-log-format config profile read-only data-dir genesis-json control log-json; do
    out "--$option"
done

# ---- what cannot start -------------------------------------------------------------------------

expect 2 --bnet-endpoint here
err 'bnetlab: node: --bnet-endpoint: "here": no port; allowed is HOST:PORT'
expect 2 --bnet-endpoint no-such-host.invalid:1
err 'cannot listen on no-such-host.invalid:1: '
# shellcheck disable=SC2016 # a variable of the node's own
expect 2 --bnet-peer-log-format '${_nam}'
# shellcheck disable=SC2016
err 'there is no variable ${_nam}; there are ${_name}'
expect 2 --bnet-treads 2
err 'bnet-treads'
expect 2 --config "$folder/none.ini"
expect 2 --genesis-json "$folder/in" --bnet-endpoint 127.0.0.1:0
err 'is not a JSON object'
mkdir "$folder/chain"
echo 'no log' >"$folder/chain/blocks.log"
expect 2 --data-dir "$folder/chain" --bnet-endpoint 127.0.0.1:0
err 'blocks.log'
expect 2 --control "$folder/in" --bnet-endpoint 127.0.0.1:0
err 'there is a file that is no socket'
expect 2 --log-json "$folder" --bnet-endpoint 127.0.0.1:0

# ---- a configuration file ------------------------------------------------------------------------

cat >"$folder/config.ini" <<'EOF'
# of a test network
plugin = eosio::bnet_plugin
plugin = eosio::chain_api_plugin
bnet-endpoint = 127.0.0.1:0
bnet-peer-log-format = <${_name}|${_ip}|${_lip}>
bnet-connect = no-such-host.invalid:1
http-server-address = 127.0.0.1:8888
EOF
echo '{"cmd":"status","id":"x"}' >"$folder/in"
expect 0 --config "$folder/config.ini" --control -
out '{"id":"x","ok":true,"listening":"127.0.0.1:'
err 'bnetlab: node: listening on 127.0.0.1:'
err 'config.ini:3: plugin = eosio::chain_api_plugin is not for this node and is passed over'
err 'config.ini:7: http-server-address'

# ---- who cannot make blocks ----------------------------------------------------------------------

echo '{"cmd":"wait","head":2,"timeout":1.2}' >"$folder/in"
expect 0 --bnet-endpoint 127.0.0.1:0 --control - --enable-stale-production --producer eosio \
    --private-key 5JbDP55GXN7MLcNYKCnJtfKi9aD2HvHAdY7g8m67zFTAFkY1uBB
out 'timed out'
[ "$(grep -c 'no blocks are made: our key' "$folder/err")" -eq 1 ] || fail 'a wrong key is not told once'

# ---- a chain that stays ---------------------------------------------------------------------------

key=5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3
echo '{"cmd":"produce","count":20,"slots":"next"}' >"$folder/in"
expect 0 --bnet-endpoint 127.0.0.1:0 --data-dir "$folder/mine" --producer eosio --private-key $key \
    --produce-on-command --control - --log-json "$folder/events.jsonl"
out '"head":{"number":21,'
[ "$(grep -c '"what":"produced"' "$folder/events.jsonl")" -eq 20 ] || fail 'not 20 events'
echo '{"cmd":"status"}' >"$folder/in"
expect 0 --bnet-endpoint 127.0.0.1:0 --data-dir "$folder/mine" --control -
out '"head":{"number":21,'
out '"lib":{"number":20,'
"$bnetlab" decode --json "$folder/mine/blocks.log" >"$folder/out" 2>"$folder/err" ||
    fail 'the log does not decode'
grep -q '"#num":20' "$folder/out" || grep -q '"#num": 20' "$folder/out" || fail 'no block 20'

finish
