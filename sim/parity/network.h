/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_NETWORK_H
#define BNETLAB_SIM_PARITY_NETWORK_H

/*
 * The other arm: the peers of a scenario as processes, connected over the loopback, to which a
 * script is done.
 *
 * All acts of one instant are a step. Before it the clocks of all nodes are set to its time; after
 * it we wait until all is quiet: every session is ready and writes nothing, each side of it has
 * taken in what the other has sent, and nobody dials. Then what the nodes have told is taken up. So
 * how fast anything is makes no difference, and nothing sleeps. A peer listens on an address of the
 * loopback that is its own, 127.77.M.N, so that the port is free when it comes back.
 *
 * Redials are the script's: a node whose session was lost is told not to dial again.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <json.h>

#include "core/base.h"
#include "sim/parity/script.h"

#define PARITY_PEERS_MAX 64u
#define PARITY_LINKS_MAX 512u

/* What a node has told, or what became of its process. */
typedef struct ParityEvent {
    int64_t time_ns; /* of the step */
    uint32_t peer;
    ParityActKind act;        /* without `json`: PARITY_START or PARITY_STOP */
    struct json_object *json; /* an event as in docs/node.md, or the answer to `status` of a process
                               * that has started; NULL: see `act` */
} ParityEvent;

/* How a peer stands at the end. */
typedef struct ParityPeer {
    bool is_up;
    uint32_t head_number; /* as far as it ran: of its last status */
    uint32_t lib_number;  /* 0: none */
    BnetId head_id;
    BnetId lib_id; /* all zero: none */
    uint32_t sessions;
} ParityPeer;

typedef struct ParityNetwork {
    GArray *events;     /* of ParityEvent: of each peer in order */
    GPtrArray *refused; /* of char *: what of the script a node would not do, and when */
    char **endpoints;   /* [n_peers] where they listen */
    char **peer_ids;    /* [n_peers] of char *: the keys that they have had, with a space behind */
    ParityPeer *peers;  /* [n_peers] */
    uint32_t n_peers;
    uint32_t n_steps;
} ParityNetwork;

typedef struct ParityNetworkOptions {
    const char *program; /* NULL: this very program */
    const char *folder;  /* for chains on disk */
    gint *stop;          /* (nullable) ends early once this is not 0, with an error */
} ParityNetworkOptions;

/*
 * Does the script to processes that are started as `nodes` says, which has the peers and links of
 * the script's scenario. NULL: the network could not be set up, or did not come to rest. (transfer
 * full)
 */
ParityNetwork *parity_network_run(const Scenario *nodes, const ParityScript *script,
                                  const ParityChain *chain, const ParityNetworkOptions *options,
                                  GError **error);

/* Accepts NULL. */
void parity_network_free(ParityNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParityNetwork, parity_network_free)

#endif
