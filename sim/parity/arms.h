/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_ARMS_H
#define BNETLAB_SIM_PARITY_ARMS_H

/*
 * A scenario on both arms, the simulator and the sockets, and what differs.
 *
 * Both begin with the same chain (sim/parity/chain.h). The simulator comes first; what its world
 * did to the peers is then done to processes (sim/parity/network.h). Files are kept in a folder of
 * their own, which is gone afterwards. Several may go on in several threads at once.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/scenario.h"
#include "sim/result.h"

typedef struct ParityArmsOptions {
    const char *program; /* what is started for a peer; NULL: this very program */
    gint *stop;          /* (nullable) ends early once this is not 0, with an error */
} ParityArmsOptions;

typedef enum ParityTrace {
    PARITY_TRACE_UNASKED, /* the scenario does not go in steps */
    PARITY_TRACE_UNQUIET, /* it says that it does, and does not */
    PARITY_TRACE_EQUAL,
    PARITY_TRACE_PARTS,
} ParityTrace;

/* What came of it. */
typedef struct ParityArms {
    SimResult *simulator;
    SimResult *sockets;
    bool verdicts_agree; /* of the whole, and of each property that both judge */
    bool heads_agree;    /* of each peer */
    bool libs_agree;
    bool disconnects_agree; /* how often each cut each off, and why */
    ParityTrace trace;
    uint64_t n_messages;    /* that were compared */
    GPtrArray *differences; /* of char *: what differs, in sentences */
} ParityArms;

/*
 * `scenario` (its chain, wire and duration are changed) goes through the simulator; `nodes` says
 * how the processes are started, and may be the same. It has the same peers and links. NULL: what
 * is asked for cannot be done over sockets, or the network did not work. (transfer full)
 */
ParityArms *parity_arms_run(Scenario *scenario, const Scenario *nodes,
                            const ParityArmsOptions *options, GError **error);

/* Accepts NULL. */
void parity_arms_free(ParityArms *arms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParityArms, parity_arms_free)

/* All that was compared is equal. */
bool parity_arms_agree(const ParityArms *arms);

/* The sockets alone: their result. (transfer full) */
SimResult *parity_arms_sockets(Scenario *scenario, const ParityArmsOptions *options,
                               GError **error);

#endif
