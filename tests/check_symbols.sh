#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the core does no I/O, reads no clock, draws no random numbers, starts no thread,
# prints nothing and allocates nothing by itself: every symbol its library leaves undefined must be
# on the list below. Then proves that the proof can fail.
#
# Environment: BNET_CORE_LIBRARY is the archive, CC the compiler, NM the symbol lister.

set -eu

: "${BNET_CORE_LIBRARY:?}" "${CC:=cc}" "${NM:=nm}"

# allowed SYMBOL: whether the core may leave it to others.
allowed() {
    case $1 in
    # The memory functions that compilers also call on their own.
    bcmp | memcmp | memcpy | memmove | memset) ;;
    # SHA-256.
    nettle_sha256_init | nettle_sha256_update | nettle_sha256_digest) ;;
    # RIPEMD-160, the checksum in the texts of keys.
    nettle_ripemd160_init | nettle_ripemd160_update | nettle_ripemd160_digest) ;;
    # Signatures; the context lives in the caller's memory.
    secp256k1_context_static | secp256k1_selftest) ;;
    secp256k1_context_preallocated_size | secp256k1_context_preallocated_create) ;;
    secp256k1_context_preallocated_destroy) ;;
    secp256k1_ecdsa_recover | secp256k1_ecdsa_sign_recoverable) ;;
    secp256k1_ecdsa_recoverable_signature_parse_compact) ;;
    secp256k1_ecdsa_recoverable_signature_serialize_compact) ;;
    secp256k1_ec_pubkey_create | secp256k1_ec_pubkey_serialize) ;;
    secp256k1_nonce_function_rfc6979) ;;
    # zlib, which inflates into the core's own arena.
    inflateInit_ | inflate | inflateEnd) ;;
    # What the driver supplies, core/base.h.
    bnet_assert_failed | bnet_mem_resize) ;;
    # Runtimes of compilers, sanitizers and coverage.
    __asan_* | __ubsan_* | __tsan_* | __sanitizer_* | __sancov_* | __gcov_* | __llvm_profile_*) ;;
    __stack_chk_fail | _GLOBAL_OFFSET_TABLE_) ;;
    # Integer arithmetic of libgcc and compiler-rt.
    __divti3 | __modti3 | __muloti4 | __multi3 | __udivti3 | __umodti3) ;;
    __clz[dt]i2 | __ctz[dt]i2 | __popcount[dt]i2) ;;
    *) return 1 ;;
    esac
}

# refused FILE: prints the undefined symbols of an archive or object that are not allowed.
refused() {
    "$NM" -g --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
    "$NM" -u "$1" | awk 'NF == 2 { print $2 }' | sort -u >"$work/undefined"
    comm -13 "$work/defined" "$work/undefined" | while read -r symbol; do
        allowed "$symbol" || printf '%s\n' "$symbol"
    done
}

fail() {
    printf 'symbols: %s\n' "$*" >&2
    exit 1
}

# must_refuse FUNCTION INCLUDE CALL: compiles the call and demands that FUNCTION, alone, is named.
must_refuse() {
    printf '#include <%s>\nvoid probe(void *p);\nvoid probe(void *p)\n{\n    (void)p;\n    %s;\n}\n' \
        "$2" "$3" >"$work/probe.c"
    "$CC" -std=c17 -D_XOPEN_SOURCE=700 -O0 -fno-builtin -c "$work/probe.c" -o "$work/probe.o"
    [ "$(refused "$work/probe.o")" = "$1" ] || fail "a core that calls $1() is not refused"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

must_refuse time time.h 'time(0)'
must_refuse clock_gettime time.h 'clock_gettime(CLOCK_REALTIME, p)'
must_refuse rand stdlib.h '(void)rand()'
must_refuse getenv stdlib.h '(void)getenv("HOME")'
must_refuse malloc stdlib.h '(void)malloc(8)'
must_refuse free stdlib.h 'free(p)'
must_refuse printf stdio.h 'printf("%p", p)'
must_refuse fopen stdio.h '(void)fopen("f", "r")'
must_refuse secp256k1_context_create secp256k1.h '(void)secp256k1_context_create(1)'
must_refuse uncompress zlib.h '(void)uncompress(p, p, p, 1)'
must_refuse write unistd.h '(void)write(1, p, 1)'
must_refuse send sys/socket.h '(void)send(0, p, 1, 0)'
must_refuse pthread_create pthread.h 'pthread_create(p, 0, 0, 0)'
must_refuse abort stdlib.h 'abort()'

[ -s "$BNET_CORE_LIBRARY" ] || fail "no library $BNET_CORE_LIBRARY"
"$NM" -g --defined-only "$BNET_CORE_LIBRARY" | grep -q ' T bnet_' ||
    fail "$BNET_CORE_LIBRARY defines no function of the core"

symbols=$(refused "$BNET_CORE_LIBRARY")
for symbol in $symbols; do
    printf 'symbols: the core may not use %s\n' "$symbol" >&2
done
[ -z "$symbols" ] || exit 1
printf 'symbols: the core uses only: %s\n' "$(paste -sd ' ' "$work/undefined")"
