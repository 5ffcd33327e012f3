#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every header compiles alone, first and twice, with its folder's packages only: so it includes what
# it needs, is guarded, and the core's headers need no package but nettle.

set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root"

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find core node scenarios sim reports tests -type f -name '*.h' | sort >"$list"

status=0
while read -r header; do
    case $header in
    core/*) packages=nettle ;;
    node/*) packages='glib-2.0 json-c nettle' ;;
    scenarios/*) packages='glib-2.0 gio-2.0' ;;
    sim/cli/*) packages='glib-2.0 gio-2.0' ;;
    sim/live/* | sim/parity/*) packages='glib-2.0 json-c' ;;
    sim/*) packages='glib-2.0' ;;
    reports/*) packages='glib-2.0 gio-2.0' ;;
    *) packages='glib-2.0 gio-2.0 json-c check' ;;
    esac
    # shellcheck disable=SC2046,SC2086 # lists of words
    printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        "${CC:-cc}" -std=c17 -Wall -Wextra -Wstrict-prototypes -Werror -fsyntax-only -I. \
            $(pkg-config --cflags $packages) -x c - || {
        printf '%s: does not compile alone with %s\n' "$header" "$packages"
        status=1
    }
done <"$list"
exit "$status"
