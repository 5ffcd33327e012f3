/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_NODE_OPTIONS_H
#define BNETLAB_NODE_OPTIONS_H

/*
 * What a node is told to do: the options of the bnet plugin under their own names, from the command
 * line and from a file config.ini, and those of Bnetlab.
 *
 * The command line goes before the file; options that can be repeated add up. All is checked:
 * whoever has the options need not look again.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/quirks.h"
#include "core/sign.h"
#include "node/endpoint.h"

#define NODE_THREADS_MAX 8u
#define NODE_SESSIONS_MAX 4096u
#define NODE_CONNECTS_MAX 256u
#define NODE_PRODUCERS_MAX 125u
#define NODE_SECONDS_MAX 86400
#define NODE_CLOCK_END_US INT64_C(3092601600000000) /* 2068, in which slots run out */

typedef struct NodeProducerKey {
    uint64_t name;
    BnetPrivateKey key;
} NodeProducerKey;

typedef struct NodeOptions {
    /* of the plugin */
    NodeEndpoint endpoint; /* where to listen */
    bool follow_irreversible;
    uint32_t threads;
    GArray *connects; /* of NodeEndpoint; each once */
    bool no_trx;
    char *peer_log_format;
    /* of the node */
    bool is_eosio_1_7; /* profile */
    bool read_only;    /* takes no transactions, makes no blocks */
    bool eosio_2;      /* the chain's blocks may have extensions */
    char *data_dir;    /* NULL: the chain is kept in memory */
    char *genesis_json;
    GArray *first_producers; /* of uint64_t, each once: the first schedule; empty: eosio alone */
    GArray *producers;       /* of NodeProducerKey; each name once */
    bool stale_production;
    bool produce_on_command; /* and on no slot by itself */
    bool has_clock;          /* its wall clock stands, and is set by command */
    int64_t clock_us;        /* of has_clock: where it stands at first, since 1970 */
    bool credulous;          /* finds no fault in any block */
    char *control;           /* path of a socket, "-", or NULL */
    char *log_json;          /* path, "-", or NULL */
    bool quiet;
    uint32_t max_sessions;
    int64_t handshake_ns;
    int64_t idle_ns;
    int64_t close_ns;
    int64_t connect_ns;
    GPtrArray *notes; /* texts: what of the file was passed over */
} NodeOptions;

/*
 * Reads the arguments after the subcommand's name, and the file that they name. True with *ret_help
 * set: help was asked for. The options are to be cleared in any case.
 */
bool node_options_parse(NodeOptions *options, int argc, char **argv, bool *ret_help,
                        GError **error);

/* A time of day that a node can be set to, from 2000 to the end of 2067, in microseconds since
 * 1970. False: it is none. */
bool node_options_parse_clock(const char *text, int64_t *ret_us);

/* The help text. (transfer full) */
char *node_options_help(void);

void node_options_clear(NodeOptions *options);

#endif
