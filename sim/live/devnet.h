/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_LIVE_DEVNET_H
#define BNETLAB_SIM_LIVE_DEVNET_H

/*
 * A development network: nodes as processes on the loopback, linked, some of which make blocks on
 * their slots with EOSIO's development key (docs/node.md).
 *
 * One thread uses it. Each call waits for the nodes that it asks, for at most
 * DEVNET_LIMIT_MS each. The nodes end with it, however it ends.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define DEVNET_PEERS_MAX 64u
#define DEVNET_RESTARTS_MAX 5u /* of a node; who dies once more stays dead */
#define DEVNET_AGREE_S 8       /* so long one may take to get what another has */
#define DEVNET_LIMIT_MS 10000  /* so long one may take to answer, and to end */

typedef struct Devnet Devnet;

typedef struct DevnetOptions {
    const char *program;  /* NULL: this very program */
    const char *folder;   /* has a folder for each node; made if it is not there */
    uint32_t n_peers;     /* 1 to DEVNET_PEERS_MAX */
    uint32_t n_producers; /* 1 to n_peers */
    uint32_t degree;      /* links of a node, even; 0: with everybody */
    uint16_t port;        /* of the first node, the next has the next one; 0: any that are free */
    bool restarts;        /* who dies is started again */
    bool logs_events;     /* each in a file of the folder */
    bool is_eosio_1_7;    /* profile */
} DevnetOptions;

typedef enum DevnetState {
    DEVNET_RUNS,
    DEVNET_SILENT, /* it did not answer */
    DEVNET_ENDED,  /* or has not begun */
} DevnetState;

/* A node, as it was when it was asked last. */
typedef struct DevnetRow {
    DevnetState state;
    int pid;
    uint16_t port;
    uint32_t restarts;
    int64_t head;
    int64_t lib;
    char head_id[65]; /* digits; empty: none */
    char lib_id[65];
    int64_t sessions;
    int64_t messages_per_s; /* both ways, since it was asked before */
} DevnetRow;

/* What happens besides: a line. */
typedef void DevnetSay(const char *line);

/* A network of which no node runs yet. The texts of the options are to stay. NULL: the folder
 * cannot be had, or is of a network with other producers. (transfer full) */
Devnet *devnet_new(const DevnetOptions *options, DevnetSay *say, GError **error);

/* Ends all nodes at once. Accepts NULL. */
void devnet_free(Devnet *devnet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Devnet, devnet_free)

/* Starts the next node and links it with those that run: n_peers times. */
bool devnet_start_next(Devnet *devnet, GError **error);

/* Finds nodes that have ended, says so, and starts them again if it is so wanted. */
void devnet_mend(Devnet *devnet);

/* Asks all nodes how they are. */
void devnet_ask(Devnet *devnet);

/* Of node `index`. Valid until it is asked again. */
const DevnetRow *devnet_row(const Devnet *devnet, uint32_t index);

/*
 * All nodes run, and within DEVNET_AGREE_S all have as irreversible the last irreversible block of
 * the one that is furthest: *ret_lib, its number. False: `why` says what is not so.
 */
bool devnet_agrees(Devnet *devnet, int64_t *ret_lib, GString *why);

/* All nodes end by the command `quit`. False: one had to be killed, or ended badly, and was told
 * of. */
bool devnet_stop(Devnet *devnet);

#endif
