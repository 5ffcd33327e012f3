#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The program from outside: exit statuses, messages, reports, repeatability.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_cli.sh, from the project's root.

# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh

# is_xml FILE: well-formed, as far as this machine can tell.
is_xml() {
    if command -v xmllint >/dev/null; then
        xmllint --noout "$1" || fail "$1 is not XML"
    fi
}

good='"duration": "5s", "peers": {"bp": {"count": 2, "produces": true}},
  "links": {"latency": {"uniform": ["5ms", "50ms"]}}'
mkdir "$folder/suite" "$folder/suite/sub" "$folder/bad" "$folder/empty"
printf '{%s, "expect": {"convergence": false}}\n' "$good" >"$folder/suite/good.json"
cp "$folder/suite/good.json" "$folder/suite/sub/inner.json"
cp "$folder/suite/good.json" "$folder/suite/also.json"
echo 'not a scenario' >"$folder/suite/some.schema.json"
echo 'not a scenario' >"$folder/suite/some.part.json"
echo 'not a scenario' >"$folder/suite/.hidden.json"
echo 'not a scenario' >"$folder/suite/notes.txt"
printf '{%s, "expect": {"convergence": false,
  "bounds": [{"quantity": "head", "at_least": 1000000}]}}\n' "$good" >"$folder/wrong.json"
printf '{\n  "duration": "5s",\n  "peeers": {"bp": {"produces": true}}\n}\n' \
    >"$folder/bad/misspelt.json"
printf '{\n  "duration": "5s",\n  "duration": "6s",\n  "peers": {"bp": {"produces": true}}\n}\n' \
    >"$folder/bad/duplicate.json"
printf '{\n  "duration": "-5s",\n  "peers": {"bp": {"produces": true}}\n}\n' \
    >"$folder/bad/negative.json"
printf '{%s,\n  "events": [{"at": "1s", "crash": "nobody"}]\n}\n' "$good" >"$folder/bad/dangling.json"
printf '{\n  "duration": "5s",\n  "peers": {"bp"' >"$folder/bad/truncated.json"

# ---- the command line ------------------------------------------------------------------------------

expect 2
err 'Usage: bnetlab COMMAND'
silent out
expect 0 --help
out 'validate'
silent err
expect 0 --version
grep -qE '^bnetlab [0-9]+\.[0-9]+\.[0-9]+$' "$folder/out" || fail 'no version'
expect 2 rnu
err "did you mean 'run'?"
expect 2 validat
err "did you mean 'validate'?"
expect 2 a-very-long-word-that-is-no-command
err 'there is no command'
expect 2 run --seed mine.json
err 'run: --seed mine.json: must be a whole number from 0 to '
expect 2 run --jobs x nothing.json
err 'run: --jobs x: must be a whole number (see '
expect 2 run --jobs 99999999999 nothing.json
err 'run: --jobs 99999999999: is out of range (see '
expect 2 --foo
err 'unknown option --foo'
expect 2 "$folder/suite/good.json"
err "did you mean 'bnetlab run"
expect 0 run --help
out 'Usage:'
out 'bnetlab run'
out 'Examples:'
out '--trace'
expect 0 validate --help
out 'bnetlab validate'
expect 0 help
out 'Usage: bnetlab COMMAND'
cp "$folder/out" "$folder/first"
for arguments in --help 'help --help' 'help -h'; do
    # shellcheck disable=SC2086
    expect 0 $arguments
    cmp -s "$folder/out" "$folder/first" || fail "$arguments is not help"
done
for word in '  0  run: ' '  1  run: ' '  2  ' '  3  ' '  128 + n  run: ' 'conform: ' 'decode: '; do
    out "$word"
done
for command in run explore validate conform decode node devnet; do
    expect 0 "$command" --help
    cp "$folder/out" "$folder/first"
    expect 0 help "$command"
    cmp -s "$folder/out" "$folder/first" || fail "help $command is not $command --help"
    silent err
done
expect 2 help decod
err "did you mean 'decode'?"
silent out
expect 2 help run decode
err 'help: at most one command can follow'
expect 2 run
err 'no scenario is named'
expect 2 run --sede 1 "$folder/suite/good.json"
err '--sede'
expect 2 run "$folder/missing.json"
err 'missing.json'
expect 2 run "$folder/empty"
err 'holds no scenario'

for seed in -1 +1 abc 1.5 18446744073709551616 ''; do
    expect 2 run "--seed=$seed" "$folder/suite/good.json"
    err 'from 0 to 18446744073709551615'
done
for set in duration=5s /duration 5s ''; do
    expect 2 run "--set=$set" "$folder/suite/good.json"
    err 'must be /pointer=value'
done
for jobs in 0 -1 1025; do
    expect 2 run "--jobs=$jobs" "$folder/suite/good.json"
    err 'must be from 1 to 1024'
done
for threads in 0 -1 65; do
    expect 2 run "--threads=$threads" "$folder/suite/good.json"
    err "run: --threads $threads: must be from 1 to 64"
done

# ---- malformed scenarios ---------------------------------------------------------------------------

expect 0 validate "$folder/suite/good.json"
out "$folder/suite/good.json: ok (2 peers, 1 link, 5 s, about 4.61 MB of memory)"
expect 0 validate --set /duration=7500ms "$folder/suite/good.json"
out 'ok (2 peers, 1 link, 7.5 s, about '
expect 0 validate "$folder/suite"
[ "$(wc -l <"$folder/out")" -eq 3 ] || fail 'not the three scenarios of the folder'
for command in validate run; do
    expect 2 "$command" "$folder/bad/misspelt.json"
    err "$folder/bad/misspelt.json:3:"
    err '/peeers'
    err 'peers'
    expect 2 "$command" "$folder/bad/duplicate.json"
    err "$folder/bad/duplicate.json:3:"
    err 'duration'
    expect 2 "$command" "$folder/bad/negative.json"
    err "$folder/bad/negative.json:2:"
    err '/duration'
    expect 2 "$command" "$folder/bad/dangling.json"
    err "$folder/bad/dangling.json:3:"
    err 'nobody'
    expect 2 "$command" "$folder/bad/truncated.json"
    err "$folder/bad/truncated.json:3:"
    silent out
done
expect 2 run --set /durration=5s "$folder/suite/good.json"
err '--set /durration'

# One bad file and none is run; every bad one is told.
expect 2 run "$folder/suite/good.json" "$folder/bad"
silent out
for name in misspelt duplicate negative dangling truncated; do
    err "$folder/bad/$name.json:"
done

# ---- runs ------------------------------------------------------------------------------------------

expect 0 run "$folder/suite/good.json"
out 'PASS  good'
out "bnetlab run --seed 1 $folder/suite/good.json"
silent err
expect 1 run "$folder/wrong.json"
out 'FAIL  wrong'
out 'What failed'
out 'bounds'
out "bnetlab run --seed 1 $folder/wrong.json"
expect 0 run --quiet "$folder/suite/good.json"
silent out
expect 1 run --quiet "$folder/wrong.json"
out 'FAIL  wrong'
expect 0 run --seed 18446744073709551615 --set '/name=a=b c' "$folder/suite/good.json"
out 'PASS  a=b c'
out "--seed 18446744073709551615 --set '/name=a=b c' "

# The command of the report repeats the run.
expect 0 run --seed 7 --set /duration=4s --json "$folder/suite/good.json"
cp "$folder/out" "$folder/first"
is_json "$folder/first"
arguments=$(sed -n 's/.*"command": "[^ ]* \(.*\)".*/\1/p' "$folder/first")
# shellcheck disable=SC2086
expect 0 $arguments --json
[ -n "$(hash_of "$folder/out")" ] || fail 'no trace hash'
[ "$(hash_of "$folder/first")" = "$(hash_of "$folder/out")" ] || fail 'the hash changed'
out '"verdict": "pass"'
out '"seed": 7'
out '"simulated_seconds": 4,'
expect 0 run --seed 8 --set /duration=4s --json "$folder/suite/good.json"
[ "$(hash_of "$folder/first")" != "$(hash_of "$folder/out")" ] || fail 'the seed has no effect'
expect 1 run --json "$folder/wrong.json"
is_json "$folder/out"
out '"verdict": "fail"'

# ---- suites ----------------------------------------------------------------------------------------

expect 0 run "$folder/suite"
out '3 scenarios: 3 passed'
[ "$(cut -d' ' -f1-3 "$folder/out" | head -n 3 | tr '\n' ' ')" = 'PASS  also PASS  good PASS  inner ' ] ||
    fail 'the suite is not in order'
expect 1 run "$folder/suite" "$folder/wrong.json"
out '4 scenarios: 3 passed, 1 failed'
expect 0 run --json --jobs 1 "$folder/suite"
is_json "$folder/out"
out '"passed": 3'
hash_of "$folder/out" >"$folder/first"
[ "$(wc -l <"$folder/first")" -eq 3 ] || fail 'not three hashes'
expect 0 run --json -j3 "$folder/suite"
[ "$(hash_of "$folder/out")" = "$(cat "$folder/first")" ] || fail 'the jobs changed a hash'
for threads in 1 2 64; do
    expect 0 run --json --threads "$threads" "$folder/suite"
    [ "$(hash_of "$folder/out")" = "$(cat "$folder/first")" ] || fail 'the threads changed a hash'
done

# ---- memory ----------------------------------------------------------------------------------------

# What is estimated is allowed, a byte less is not; nothing is run then.
expect 0 run --json "$folder/suite/good.json"
bytes=$(sed -n 's/^ *"estimated_bytes": \([0-9]*\),$/\1/p' "$folder/out")
expect 0 run "--max-memory=${bytes}B" "$folder/suite/good.json"
silent err
expect 2 run --max-memory "$((bytes - 1))B" "$folder/suite/good.json"
silent out
err "run: $folder/suite/good.json would take about 4.61 MB of memory, of which 4.60 MB are for the program itself; 4.61 MB are allowed by --max-memory"
expect 2 run --max-memory 4MB "$folder/suite" "$folder/wrong.json"
[ "$(grep -c ' would take about ' "$folder/err")" -eq 4 ] || fail 'not each of four scenarios is too large'
expect 2 run --max-memory 1GB --set '/peers/node={"count": 1498}' \
    --set '/topology={"kind": "full-mesh"}' "$folder/suite/good.json"
err 'GB are for 2,248,500 session ends; 1.00 GB are allowed by --max-memory'
expect 0 run --max-memory none "$folder/suite/good.json"
expect 0 run "--max-memory=$bytes" "$folder/suite/good.json" # a number alone is one of bytes
expect 2 run "--max-memory=$((bytes - 1))" "$folder/suite/good.json"
err '4.61 MB are allowed by --max-memory'
for size in -1 1.5 1. x '' 1TB; do
    expect 2 run "--max-memory=$size" "$folder/suite/good.json"
    err "run: --max-memory $size: "
    err ', or "none"'
done

# Of runs side by side the sum counts: three times the scenario, and the program once.
sum=$((3 * (bytes - 4600000) + 4600000))
expect 0 run --jobs 4 --max-memory "${sum}B" "$folder/suite"
silent err
expect 0 run --jobs 4 --max-memory "$((sum - 1))B" "$folder/suite"
err 'note: run: --max-memory allows 2 scenarios at a time'
out '3 scenarios: 3 passed'
expect 0 run --jobs 2 --max-memory "$((sum - 1))B" "$folder/suite"
silent err

# ---- JUnit and traces ------------------------------------------------------------------------------

expect 1 run --junit "$folder/junit.xml" "$folder/suite/good.json" "$folder/wrong.json"
is_xml "$folder/junit.xml"
grep -q '<testsuite name="good"' "$folder/junit.xml" || fail 'no testsuite'
grep -q '<failure ' "$folder/junit.xml" || fail 'no failure in JUnit'

# A probe that nobody hit fails the suite, and every report says so; the names stand there once.
expect 1 run --require-probes --junit "$folder/junit.xml" "$folder/suite"
out 'probes never hit ('
err 'run: --require-probes: no scenario hit '
[ "$(cat "$folder/out" "$folder/err" | grep -c 'finality-conflict')" -eq 1 ] || fail 'probes are not named once'
expect 1 run --require-probes "$folder/suite/good.json"
head -n 1 "$folder/out" | grep -q '^FAIL  good  ' || fail 'probes that were missed are no failure'
grep -qx '      6[0-9] probes were never hit, which fails the run' "$folder/out" || fail 'and not told'
out 'hit; never: '
err 'probes, which fails the run'
[ "$(cat "$folder/out" "$folder/err" | grep -c 'finality-conflict')" -eq 1 ] || fail 'probes are not named once'
[ "$(grep -A 99 '^probes:' "$folder/out" | awk 'length > 100' | wc -l)" -eq 0 ] || fail 'probes are not wrapped'
expect 1 run --require-probes --json "$folder/suite/good.json"
is_json "$folder/out"
out '"probes_missed": [ '
expect 1 run --require-probes --json "$folder/suite"
is_json "$folder/out"
[ "$(grep -c '^"probes_missed": \[ "' "$folder/out")" -eq 1 ] || fail 'no probes_missed of the suite'
expect 0 run "$folder/suite"
out 'hit'
! grep -q 'never' "$folder/out" || fail 'probes are named unasked'
expect 1 run --require-probes --junit "$folder/junit.xml" "$folder/suite"
is_xml "$folder/junit.xml"
grep -q '<failure type="probes" message="no scenario hit .*finality-conflict' "$folder/junit.xml" ||
    fail 'JUnit without the probes'
expect 1 run --require-probes --quiet "$folder/suite"
silent out
err 'finality-conflict'
expect 0 run --junit "$folder/junit.xml" "$folder/suite"
! grep -q 'probes' "$folder/junit.xml" || fail 'JUnit judges probes unasked'

expect 2 run --junit "$folder/none/junit.xml" "$folder/suite/good.json"
err 'none/junit.xml'
silent out

expect 0 run --trace "$folder/trace.jsonl" "$folder/suite/good.json"
head -n 1 "$folder/trace.jsonl" | grep -q '^{"bnetlab":' || fail 'no first line of the trace'
tail -n 1 "$folder/trace.jsonl" | grep -q '^{"end":5000000000,"trace_hash":' ||
    fail 'no last line of the trace'
is_json "$folder/trace.jsonl"
for what in opened sent delivered produced chain verdict; do
    grep -q "\"what\":\"$what\"" "$folder/trace.jsonl" || fail "nothing $what in the trace"
done
expect 0 run --trace "$folder/trace.jsonl.zst" "$folder/suite/good.json"
if command -v zstd >/dev/null; then
    zstd -dcq "$folder/trace.jsonl.zst" | cmp -s - "$folder/trace.jsonl" || fail 'zstd differs'
fi
expect 2 run --trace "$folder/none/trace.jsonl" "$folder/suite/good.json"
err 'none/trace.jsonl'
expect 2 run --trace "$folder/several.jsonl" "$folder/suite"
err 'need a folder'
expect 0 run --trace "$folder/traces/" "$folder/suite"
for name in also good inner; do
    [ -s "$folder/traces/$name.jsonl" ] || fail "no trace of $name"
done
cmp -s "$folder/traces/good.jsonl" "$folder/trace.jsonl" || fail 'traces of two runs differ'
expect 2 run --trace "$folder/traces/" "$folder/suite/good.json" "$folder/suite/good.json"
err 'two scenarios would write'
mkdir "$folder/one"
expect 0 run --trace "$folder/one" "$folder/suite/good.json"
cmp -s "$folder/one/good.jsonl" "$folder/trace.jsonl" || fail 'no trace in the folder of one run'

# ---- what may not be overwritten -------------------------------------------------------------------

mkdir "$folder/mine"
cp "$folder/suite/good.json" "$folder/mine/mine.json"
cp "$folder/suite/good.json" "$folder/mine/good.jsonl"
ln -s mine.json "$folder/mine/link"
ln "$folder/mine/mine.json" "$folder/mine/hard"
ln -s mine "$folder/other"
for option in --junit --trace; do
    for name in mine/mine.json mine/../mine/mine.json mine/link mine/hard other/mine.json; do
        expect 2 run -q "$option" "$folder/$name" "$folder/mine/mine.json"
        err "$option $folder/$name: $folder/mine/mine.json is a scenario of this run"
        silent out
    done
    expect 2 run "$option" "$folder/mine/mine.json" "$folder/mine/link"
    err 'is a scenario of this run'
    expect 2 run "$option" '' "$folder/mine/mine.json"
    err "$option: the name of a file must follow"
    (cd "$folder/empty" && "$bnetlab" run "$option" - ../mine/mine.json) \
        >"$folder/out" 2>"$folder/err"
    status=$?
    [ "$status" -eq 2 ] || fail "exit status $status, not 2, of $option -"
    err '/dev/stdout'
done
expect 2 run --junit "$folder/suite/also.json" "$folder/suite"
err 'is a scenario of this run'
expect 2 run --set /name=good --trace "$folder/mine/" "$folder/mine/good.jsonl"
err 'good.jsonl is a scenario of this run'
cat >"$folder/mine/parts.json" <<'EOF'
{"include": "part.part.json", "duration": "1s", "peers": {"bp": {"produces": true}, "relay": {}},
 "topology": {"kind": "edge-list", "file": "edges.txt"}}
EOF
echo '{"seed": 7}' >"$folder/mine/part.part.json"
printf '2 1\n0 1\n' >"$folder/mine/edges.txt"
for name in part.part.json edges.txt; do
    expect 2 run --trace "$folder/mine/$name" "$folder/mine/parts.json"
    err "$name is read by $folder/mine/parts.json; name another file"
done
expect 0 run -q --trace "$folder/mine/trace.jsonl" "$folder/mine/parts.json"
for name in mine/new mine/../mine/new other/new; do
    expect 2 run --trace "$folder/mine/new" --junit "$folder/$name" "$folder/mine/mine.json"
    err "$folder/mine/new is written by --trace already"
    silent out
done
expect 2 run --trace "$folder/traces/" --junit "$folder/traces/good.jsonl" "$folder/suite"
err 'is written by --trace already'
expect 2 run --trace "$folder/suite/also.json/" "$folder/suite/good.json"
err 'also.json'
expect 0 run --trace /dev/null --junit /dev/null "$folder/mine/mine.json"
for name in mine/mine.json mine/good.jsonl; do
    cmp -s "$folder/$name" "$folder/suite/good.json" || fail "$name was overwritten"
done
[ -z "$(ls -A "$folder/empty")" ] || fail 'a file "-" was made'
[ ! -e "$folder/mine/new" ] || fail 'an output that was refused was made'

# A link stays where it leads to a file. What standard output goes to keeps both.
ln -s target.xml "$folder/mine/report"
: >"$folder/mine/target.xml"
expect 0 run --junit "$folder/mine/report" "$folder/mine/mine.json"
[ -L "$folder/mine/report" ] || fail 'the link was replaced'
is_xml "$folder/mine/target.xml"
[ -s "$folder/mine/target.xml" ] || fail 'the file of the link was not written'
expect 0 run --trace /dev/stdout "$folder/mine/mine.json"
out '{"bnetlab":'
out 'PASS  mine'
for command in run validate; do
    expect 2 "$command" -
    err '/dev/stdin'
done

# ---- which scenarios -------------------------------------------------------------------------------

mkdir "$folder/names" "$folder/names/deep"
cp "$folder/suite/good.json" "$folder/names/same.json"
cp "$folder/suite/good.json" "$folder/names/other.json"
cp "$folder/suite/good.json" "$folder/names/deep/same.json"
ln -s "$folder/suite" "$folder/names/linked"
ln -s "$folder/suite/good.json" "$folder/names/link.json"
expect 0 validate "$folder/names"
[ "$(cut -d: -f1 "$folder/out" | sed "s|^$folder/names/||" | tr '\n' ' ')" = \
    'deep/same.json link.json other.json same.json ' ] || fail 'not the scenarios of the folder'
expect 0 run --junit "$folder/junit.xml" "$folder/names"
for name in deep/same same; do
    grep -q "^PASS  same .*  $folder/names/$name.json\$" "$folder/out" || fail "no path of $name"
    grep -qF "<testsuite name=\"same ($folder/names/$name.json)\"" "$folder/junit.xml" ||
        fail "no testsuite of $name"
done
grep -q '^PASS  other .*[0-9a-f]\{16\}$' "$folder/out" || fail 'a path that nobody needs'
grep -qF '<testsuite name="other" ' "$folder/junit.xml" || fail 'no testsuite of other'
is_xml "$folder/junit.xml"
for command in run validate; do
    expect 0 "$command" "$folder/suite/some.schema.json" "$folder/suite/good.json"
    err "$folder/suite/some.schema.json is left out"
    [ "$(wc -l <"$folder/err")" -eq 1 ] || fail 'more than one line about a schema'
    expect 2 "$command" "$folder/suite/some.schema.json"
    err 'none of the files is a scenario'
    expect 2 "$command" "$folder/suite/some.part.json"
    err "$folder/suite/some.part.json is left out: *.part.json is no scenario, but a part"
    err 'none of the files is a scenario; a part is checked with a scenario that includes it'
    expect 2 "$command"
    err 'no scenario is named'
    expect 2 "$command" ''
    err '"" is no name of a file or folder'
    expect 2 "$command" --sett /seed=1 "$folder/suite/good.json"
    err 'Unknown option --sett; did you mean --set? (see '
    expect 2 "$command" --nonsense "$folder/suite/good.json"
    err 'Unknown option --nonsense (see '
    expect 0 "$command" --help
    out 'links to folders'
    out '*.schema.json'
    out '*.part.json'
    out 'dot'
done
# A rule for links that there are not is noted; the links can be listed.
cat >"$folder/idle.json" <<'EOF'
{"duration": "1s", "peers": {"bp": {"produces": true}, "relay": {"count": 2}}, "topology": {"kind": "line"},
 "links": {"between": [{"from": "bp", "to": "relay[0]", "loss": 0.1}, {"from": "bp", "to": "relay[1]", "loss": 0.1}]}}
EOF
expect 0 validate --links "$folder/idle.json"
err "bnetlab: note: $folder/idle.json: /links/between/1 concerns no link"
[ "$(wc -l <"$folder/err")" -eq 1 ] || fail 'a note on a rule that concerns a link'
[ "$(tail -n +2 "$folder/out" | tr '\n' ',')" = 'relay[0] bp,relay[1] relay[0],' ] || fail 'other links'
expect 0 validate "$folder/idle.json"
[ "$(wc -l <"$folder/out")" -eq 1 ] || fail 'links that nobody asked for'
printf '{"seed": 18446744073709551616}\n' >"$folder/bad/seed.json"
expect 2 validate "$folder/bad/seed.json"
err '/seed: no key takes an integer outside the range'

leftover=$(find "$folder" -name '*.xml.*' -o -name '*.jsonl.??????')
[ -z "$leftover" ] || fail "left behind: $leftover"

# ---- what can go wrong -----------------------------------------------------------------------------

# full ARGUMENT...: standard output takes nothing more.
full() {
    "$bnetlab" "$@" >/dev/full 2>"$folder/err" </dev/null
    status=$?
    : >"$folder/out"
    [ "$status" -eq 3 ] || fail "exit status $status, not 3, with a full disk, of: bnetlab $*"
    err 'cannot write to standard output'
}
if [ -e /dev/full ]; then
    full --help
    full run --help
    full validate "$folder/suite/good.json"
    full run "$folder/suite/good.json"
    full run --json "$folder/suite"
    expect 3 run --trace /dev/full "$folder/suite/good.json"
    err '/dev/full'
    expect 3 run --junit /dev/full "$folder/suite/good.json"
    err '/dev/full'
fi

# Nobody reads standard output any more.
(
    trap '' PIPE
    "$bnetlab" run --json --set /duration=60s "$folder/suite" 2>"$folder/err" </dev/null
    echo $? >"$folder/status"
) | exec true
until [ -s "$folder/status" ]; do :; done
[ "$(cat "$folder/status")" -eq 3 ] || fail "exit status $(cat "$folder/status"), not 3, on a closed pipe"
: >"$folder/out"
silent err

# A signal ends a long run early: its results are there, marked, and so are those never begun.
for signal in INT:130 TERM:143; do
    wanted=${signal#*:}
    signal=${signal%:*}
    rm -rf "$folder/long"
    "$bnetlab" run --json --jobs 1 --set /duration=8000h --junit "$folder/junit.xml" \
        --trace "$folder/long/" "$folder/suite" >"$folder/out" 2>"$folder/err" </dev/null &
    process=$!
    # The trace's file is there once the run has begun.
    until [ -n "$(find "$folder/long" -type f 2>/dev/null)" ] || ! kill -0 "$process"; do :; done
    kill "-$signal" "$process"
    wait "$process"
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, on SIG$signal"
    is_json "$folder/out"
    is_xml "$folder/junit.xml"
    out '"interrupted": true'
    out '"not_run": 2'
    grep -q 'not run: interrupted' "$folder/junit.xml" || fail 'JUnit without what was not run'
    tail -n 1 "$folder/long/also.jsonl" | grep -q '"interrupted":true}$' ||
        fail 'the trace does not say that it is cut'
done

# ---- the developers' command -----------------------------------------------------------------------

# ctest would pass over these and run everything.
for arguments in --nonsense -R cli '-R cli --nonsense' '--preset=dev -E'; do
    # shellcheck disable=SC2086
    ./dev test $arguments >"$folder/out" 2>"$folder/err" </dev/null
    status=$?
    [ "$status" -eq 2 ] || fail "exit status $status, not 2, of: dev test $arguments"
    err 'dev: test'
done
./dev test --help >"$folder/out" 2>"$folder/err" || fail 'dev test --help fails'
out 'Usage: ./dev'

finish
