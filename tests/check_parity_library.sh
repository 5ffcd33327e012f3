#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# All of scenarios/parity on both arms, the simulator and nodes over sockets: they agree.
# Usage: BNETLAB=path/of/bnetlab sh tests/check_parity_library.sh, from the project's root.

subcommand=parity
# shellcheck source=tests/shell_fixture.sh
. tests/shell_fixture.sh

n=$(find scenarios/parity -name '*.json' | wc -l)
[ "$n" -ge 20 ] || fail "there are $n scenarios, not 20 or more"
expect 0 scenarios/parity
out "$n scenarios: $n agree, 0 differ"

finish
