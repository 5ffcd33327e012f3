/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_WORDS_H
#define BNETLAB_SIM_PARITY_WORDS_H

/*
 * A message in words that are the same whether the simulator delivers it or a node's log tells of
 * it: "signed_block 0000000c1b2a3c4d", "block_notice 0000000c1b2a3c4d". And a connection in words
 * that both its sides have for it.
 */

#include <json.h>

#include "sim/observer.h"

/* A message of the simulator that is neither ping nor pong. (transfer full) */
char *parity_words_of(SimWorld *world, const SimHappening *happening);

/* The same of an event `received` of a node's log; NULL: a ping or a pong. (transfer full) */
char *parity_words_read(struct json_object *event);

/* What connects two addresses, "from to" as whoever dialled sees it: of a session, or an event
 * `opened`. (transfer full) */
char *parity_words_addresses(struct json_object *session);

#endif
