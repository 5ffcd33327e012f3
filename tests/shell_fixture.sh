# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the program from outside share; they source it, from the project's root, with
# BNETLAB=path/of/bnetlab in the environment. They may set $subcommand, which "expect" runs, before
# that, and $input, the file that it reads, after it. $folder is theirs, and goes with them.

set -u
bnetlab=${BNETLAB:?the path of the program}
case $bnetlab in
/*) ;;
*) bnetlab=$PWD/$bnetlab ;;
esac
subcommand=${subcommand-}
input=/dev/null
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# fail TEXT...: the test goes on, and fails in the end.
fail() {
    echo "FAILED: $*" >&2
    echo "--- stdout" >&2
    head -c 2000 "$folder/out" >&2
    echo "--- stderr" >&2
    head -c 2000 "$folder/err" >&2
    failures=$((failures + 1))
}

# expect STATUS ARGUMENT...: the program ends with that status.
expect() {
    wanted=$1
    shift
    "$bnetlab" ${subcommand:+"$subcommand"} "$@" >"$folder/out" 2>"$folder/err" <"$input"
    status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted, of: $subcommand $*"
}

# out TEXT, err TEXT: the last standard output or error holds the text; silent out, silent err:
# nothing is there.
out() {
    grep -qF -- "$1" "$folder/out" || fail "no '$1' on standard output"
}
err() {
    grep -qF -- "$1" "$folder/err" || fail "no '$1' on standard error"
}
silent() {
    [ ! -s "$folder/$1" ] || fail "something was written to $1"
}

# is_json FILE: well-formed, as far as this machine can tell.
is_json() {
    if command -v jq >/dev/null; then
        jq -e . "$1" >/dev/null || fail "$1 is not JSON"
    fi
}

# hash_of FILE: the trace hashes of a JSON report.
hash_of() {
    sed -n 's/.*"trace_hash": "\([0-9a-f]\{16\}\)".*/\1/p' "$1"
}

# finish: the last command of a test.
finish() {
    [ "$failures" -eq 0 ] || {
        echo "$failures failures" >&2
        exit 1
    }
    echo 'all passed'
}
