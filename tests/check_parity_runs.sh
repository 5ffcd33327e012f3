#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `bnetlab parity` and `bnetlab run --driver sockets` from outside: scenarios on both arms that
# agree, arms that are made to differ, what is refused.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_parity_runs.sh, from the project's root.

subcommand=parity
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh
library=scenarios/parity

# --- both arms agree

expect 0 $library/pair.json $library/crash-keep.json $library/bad-content.json \
    $library/follower.json $library/partition.json
silent err
out '5 scenarios: 5 agree, 0 differ'
out 'pair         pass/pass    equal 68        equal 44        equal 0      equal 122'
out 'bad-content  pass/pass'
expect 0 --json $library/pair.json
is_json "$folder/out"
out '"agree": true, "verdicts": true, "heads": true, "libs": true, "disconnects": true, "trace": "equal", "messages": 122'
out '{ "agree": 1, "differ": 0, "not_run": 0 }'

# --- the processes are not what the simulator has

expect 1 --nodes-set /peers/relay/bnet-no-trx=true $library/transactions.json
out 'trace'
out 'no-trx" over sockets'
out '1 scenario: 0 agree, 1 differ'
expect 1 --nodes-set /peers/relay/profile=eosio-1.7 $library/line.json
out 'DIFFER'
out 'in the simulator, "signed_block'
expect 1 --json --nodes-set /peers/relay/profile=eosio-1.7 $library/line.json
out '"agree": false, "verdicts": true'
out '"trace": "differ"'
# A relay that never tells of reversible blocks: what hangs on it lacks them.
expect 1 --nodes-set /peers/relay/bnet-follow-irreversible=true $library/line.json
out 'head of relay[1]: 128 in the simulator'
# Who is honest over sockets cuts itself off from nobody, and refuses the block it is to make.
expect 1 --nodes-set '/peers/mallory={"produces": true}' --nodes-set /expect/bad_block=[] \
    $library/bad-content.json
out 'mallory is cut off by bp[0]: bad-block: 1 times in the simulator, 0 over sockets'
expect 2 --nodes-set /peers/relay/count=3 $library/line.json
err 'as many as the peers of the scenario'

# --- steps that are none

expect 1 --set /links/latency=400ms $library/line.json
out 'NOT QUIET'
out '/steps: in the simulator not all is quiet when something happens at 1.'

# --- what cannot be run over sockets

expect 2 --set /links/loss=0.1 $library/pair.json
out 'pair  not run: /links/loss: over sockets allowed is 0'
out '1 scenario: 0 agree, 0 differ, 1 not run'
expect 2 --set /links/loss=0.1 --json $library/pair.json
is_json "$folder/out"
out '"error": "/links/loss: over sockets allowed is 0"'
expect 2 nowhere.json
silent out
expect 2 --jobs 0 $library/pair.json
err 'must be from 1 to 16'
expect 2 --jobs 17 $library/pair.json

# --- run --driver

subcommand=run
expect 0 --driver sockets $library/bad-content.json
out 'PASS  bad-content  over sockets'
out 'mallory cut off by bp[0] at 12.500 s'
out 'run --seed 1 --driver sockets scenarios/parity/bad-content.json'
expect 0 --set /driver=sockets --json $library/pair.json
is_json "$folder/out"
out '"driver": "sockets"'
expect 0 --set /driver=sockets --driver simulator --json $library/pair.json
out '"trace_hash"'
expect 1 --driver sockets --set '/expect/bounds=[{"quantity": "head", "at_least": 69}]' \
    --junit "$folder/junit.xml" $library/pair.json
grep -q '<property name="driver" value="sockets"/>' "$folder/junit.xml" || fail 'no driver in JUnit'
out 'expect/bounds/0'
expect 2 --driver sockets --set /links/bandwidth=1MB/s $library/pair.json
err '/links/bandwidth: over sockets allowed is "unlimited"'
expect 2 --driver processes $library/pair.json
err 'run: --driver processes: allowed are simulator and sockets'
for option in --trace --checkpoints; do
    expect 2 --driver sockets $option "$folder/trace" $library/pair.json
    err "run: $option: scenarios/parity/pair.json runs over sockets; there is none"
done
expect 2 --driver sockets --shuffle-ties=1 $library/pair.json

# A signal ends it as every run; of what it stops nothing is known.
mkdir "$folder/tmp"
TMPDIR=$folder/tmp "$bnetlab" run --driver sockets --jobs 1 --junit "$folder/junit.xml" $library/ \
    >"$folder/out" 2>"$folder/err" </dev/null &
process=$!
until [ -n "$(find "$folder/tmp" -mindepth 1 2>/dev/null)" ] || ! kill -0 "$process"; do :; done
kill -INT "$process"
wait "$process"
status=$?
[ "$status" -eq 130 ] || fail "exit status $status, not 130, on SIGINT"
silent err
out ' not run'
grep -q 'not run: interrupted' "$folder/junit.xml" || fail 'JUnit without what was not run'
[ -z "$(find "$folder/tmp" -mindepth 1)" ] || fail 'chains on disk are left behind'

finish
