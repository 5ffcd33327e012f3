/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_WIRE_ERROR_H
#define BNETLAB_SIM_WIRE_ERROR_H

/*
 * What is wrong with bytes, in words.
 */

#include <glib.h>

#include "core/wire.h"

/*
 * "byte 7: signed_block.transactions: allowed is ...", or "byte 7 (byte 3 when inflated): ...".
 * `start` is the place in a file of the first byte that was read. (transfer full)
 */
char *sim_wire_error_text(const BnetWireError *error, uint64_t start);

#endif
