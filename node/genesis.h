/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_GENESIS_H
#define BNETLAB_NODE_GENESIS_H

/*
 * The state that a node's chain starts from: EOSIO's file genesis.json, and what nodeos takes where
 * there is none.
 */

#include <glib.h>

#include "core/wire_block.h"
#include "core/wire_genesis.h"

/* The state of nodeos without a file: 2018-06-01T12:00:00, with the development key. */
void node_genesis_default(BnetWireGenesis *ret_genesis);

/* Reads a file of at most 1 MiB; every field must be there, and no other. */
bool node_genesis_read(const char *path, BnetWireGenesis *ret_genesis, GError **error);

/* Block 1 of the chain. It points to nothing. */
BnetWireBlock node_genesis_block(const BnetWireGenesis *genesis);

#endif
