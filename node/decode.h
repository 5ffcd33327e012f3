/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_DECODE_H
#define BNETLAB_NODE_DECODE_H

/*
 * From bytes to a message, on whichever thread: each has scratch memory of its own.
 */

#include <glib.h>

#include "core/wire_message.h"

/* Scratch memory of the calling thread; NODE's own until the thread ends. */
BnetScratch node_scratch(void);

/* Bytes of the message that they begin with; 0: none. */
gsize node_decode_length(const GByteArray *bytes, bool eosio_2);

/* Exactly one message; what is returned points into the bytes. eosio_2: with what EOSIO 2 has. */
bool node_decode(GBytes *bytes, bool eosio_2, BnetWireMessage *ret_message);

#endif
