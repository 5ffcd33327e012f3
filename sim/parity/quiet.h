/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_QUIET_H
#define BNETLAB_SIM_PARITY_QUIET_H

/*
 * Whether nothing goes on among nodes, from their answers to the command `sessions`.
 *
 * They are asked one after the other while the network goes on. That is enough: a node at rest only
 * moves for a message, and one that was sent after its sender had answered was caused by one that
 * its sender had not taken in then, and so on back to a session whose two sides do not agree. What
 * timers send besides, pings, is passed on at once and moves nothing else.
 */

#include <stdbool.h>
#include <stdint.h>

#include <json.h>

/* `answers`: [n] one of each node; NULL: it does not run. */
bool parity_quiet_is(struct json_object *const *answers, uint32_t n);

/* The node has a session that it dialled to that endpoint. False too for NULL. */
bool parity_quiet_has(struct json_object *answer, const char *endpoint);

#endif
