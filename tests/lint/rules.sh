#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The house rules that no compiler knows: length of files, licence lines, leftovers, and who may
# include whom. Prints file:line: rule for each breach. With an argument, checks that folder instead
# of the project (the rules' own test does so).

set -eu

root=$(CDPATH='' cd -- "${1:-$(dirname -- "$0")/../..}" && pwd)
cd "$root"

max_lines=600
libc='assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|time'
core_libc='inttypes|limits|stdalign|stdbool|stddef|stdint|stdnoreturn|string'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/breaches"

find . \( -path './build*' -o -path './.git' \) -prune -o -type f -print | sed 's|^\./||' |
    sort >"$work/all"
grep -E '\.([ch]|cc|hh)(\.in)?$' "$work/all" >"$work/c" || true
grep -E '\.(c|cc|h|hh|h\.in|sh|cmake|yml)$|(^|/)CMakeLists\.txt$|^dev$|^\.ci/|^\.(clang-format|clang-tidy|editorconfig|gitattributes|gitignore)$' \
    "$work/all" >"$work/source" || true
grep -E '\.(json|md)$' "$work/all" | cat "$work/source" - >"$work/text"

# breach RULE: reads "file:line: text" and notes each as a breach of the rule.
breach() {
    while IFS= read -r line; do
        printf '%s  <- %s\n' "$line" "$1" >>"$work/breaches"
    done
}

# lines LIST GREP-ARG...: the matching lines of all files of a list, as file:line:text.
lines() {
    list=$1
    shift
    tr '\n' '\0' <"$list" | xargs -0r grep -n "$@" /dev/null || true
}

while read -r file; do
    count=$(wc -l <"$file")
    [ "$count" -le "$max_lines" ] ||
        printf '%s:%s:\n' "$file" "$count" | breach "a file has at most $max_lines lines"
    sed 2q "$file" | grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
        printf '%s:1:\n' "$file" | breach 'a file starts with its SPDX licence line'
done <"$work/source"

# The marks are written in brackets here so that this file does not name them.
lines "$work/text" -wE 'TOD[O]|FIXM[E]|XX[X]|HAC[K]' | breach 'no leftovers'
lines "$work/text" -E '(^|[^[:alnum:]_./*~-])/(home|work|root|mnt|srv)/' |
    breach "no path of somebody's machine"
lines "$work/source" -E '/tm[p]/' | breach 'temporary files are where TMPDIR says'
lines "$work/source" -E '[[:space:]]+$' | breach 'no space at the end of a line'
lines "$work/c" -E '^#[[:space:]]*include' >"$work/includes"

# includes_of FOLDER ALLOWED RULE: the folder's files include nothing but what the pattern allows.
includes_of() {
    case $1 in
    sim/) grep '^sim/' "$work/includes" | grep -vE '^sim/(cli/|conform/|live/|parity/|(host|table)\.c:)' ;;
    *) grep "^$1" "$work/includes" ;;
    esac | grep -vE "^[^:]*:[0-9]+:#include ($2)" | breach "$3" || true
}

c17="<($libc)\.h>"
posix='<(fcntl|unistd|sys/[a-z]+)\.h>'
glib='<(glib|glib/[a-z]+|gio/gio)\.h>'
json='<json(-c/[a-z_]+)?\.h>'
includes_of core/ "<($core_libc)\.h>|\"core/|<nettle/|<secp256k1(_[a-z]+)?\.h>|<zlib\.h>" \
    'core/ includes core/, nettle, libsecp256k1, zlib and the plain part of libc'
includes_of scenarios/ "$c17|\"(core|scenarios)/|$glib|$json" \
    'scenarios/ includes core/, scenarios/, GLib and json-c'
# sim/host.c is how the simulator stops when something of ours is broken: it may print and exit.
# sim/table.c asks the system for huge pages.
includes_of sim/ "$c17|\"(core|scenarios|sim)/|$glib|<Random123/" \
    'sim/ includes core/, scenarios/, sim/, GLib and Random123'
includes_of reports/ "$c17|$posix|\"(core|scenarios|sim|reports)/|\"version\.h|$glib|$json|<zstd\.h>" \
    'reports/ includes core/, scenarios/, sim/, reports/, GLib, json-c and zstd'
sockets='<(arpa/inet|fcntl|netdb|netinet/[a-z0-9]+|poll|pthread|unistd|sys/[a-z]+)\.h>'
# It talks to a node only as anybody does, over sockets.
includes_of sim/conform/ "$c17|$sockets|\"(core|scenarios|sim|reports)/|$glib|$json|<zlib\.h>" \
    'sim/conform/ includes core/, scenarios/, sim/, reports/, GLib, json-c, zlib and POSIX sockets'
includes_of node/ "$c17|$sockets|\"(core|node)/|$glib|$json|<wslay/wslay\.h>|<zlib\.h>" \
    'node/ includes core/, node/, GLib, json-c, wslay, zlib and POSIX sockets and threads'
includes_of sim/live/ "$c17|$sockets|\"sim/live/|$glib|$json" \
    'sim/live/ includes itself, GLib, json-c and POSIX sockets'
includes_of sim/parity/ "$c17|<unistd\.h>|\"(core|scenarios|sim)/|$glib|$json" \
    'sim/parity/ includes core/, scenarios/, sim/, GLib and json-c: it speaks with nodes over sockets only'
includes_of sim/cli/ "$c17|$posix|\"(core|node|scenarios|sim|reports)/|\"version\.h|$glib" \
    'sim/cli/ includes the folders, GLib and POSIX'
grep -vE '^(sim/cli|tests)/' "$work/includes" | grep '#include "sim/cli/' |
    breach 'only the program includes sim/cli/' || true
grep -E '#include "[^"]*\.c"' "$work/includes" | breach 'no file includes a .c file' || true

grep -E '^core/' "$work/c" >"$work/core" || true
[ ! -s "$work/core" ] || lines "$work/core" -wE 'float|double' |
    grep -vE '^[^:]*:[0-9]+:[[:space:]]*/?\*' | breach 'core/ has no floating point' || true
grep -E '^(core|node|scenarios|sim|reports)/' "$work/c" | grep -vE '^sim/(cli/|host\.c)' >"$work/quiet" || true
[ ! -s "$work/quiet" ] || lines "$work/quiet" -wE 'g_print|g_printerr|printf|puts|stdout|stderr' |
    breach 'only the program prints'

sort -u "$work/breaches"
[ ! -s "$work/breaches" ]
