#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The soak tests run, each for a moment: what they look for takes them longer (./dev soak).
# Usage: BNETLAB=path/of/bnetlab sh tests/check_soak.sh, from the project's root.

set -u
bnetlab=${BNETLAB:?the path of the program}
failures=0

# soak NAME COUNT TEXT: it ends well, and says so.
soak() {
    if ! said=$(PYTHONDONTWRITEBYTECODE=1 python3 "tests/soak/$1.py" --program "$bnetlab" --count "$2" 2>&1) ||
        ! echo "$said" | grep -qF -- "$3"; then
        echo "FAILED: soak $1: $said" >&2
        failures=$((failures + 1))
    fi
}

soak kill 9 'nothing that was acknowledged is lost'
soak frames 500 'no crash, no leak, no descriptor or thread left'
soak disconnects 60 'no crash, no leak, no descriptor or thread left'
soak sync 300 'the ids of 300 irreversible blocks are equal'
soak sessions 20 '20 sessions open'

[ "$failures" -eq 0 ] || exit 1
echo "soak: all good"
