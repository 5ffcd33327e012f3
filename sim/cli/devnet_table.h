/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_CLI_DEVNET_TABLE_H
#define BNETLAB_SIM_CLI_DEVNET_TABLE_H

/*
 * How the nodes of a development network are, on standard output: on a terminal a table with a row
 * a node, drawn over the last one; else a line a node each time, as text or JSON.
 */

#include "sim/live/devnet.h"

typedef struct DevnetTable DevnetTable;

/* (transfer full) */
DevnetTable *devnet_table_new(bool is_json, uint32_t n_peers);

/* Accepts NULL. */
void devnet_table_free(DevnetTable *table);

/* Shows the nodes as they were when they were asked last. */
void devnet_table_show(DevnetTable *table, const Devnet *devnet);

/* Takes the table off the terminal, so that other lines can be written. Accepts NULL. */
void devnet_table_clear(DevnetTable *table);

/* The last line: whether they agree; `why`: why not. */
void devnet_table_verdict(DevnetTable *table, bool is_agreed, int64_t lib, const char *why);

#endif
