/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_LOG_H
#define BNETLAB_SIM_PARITY_LOG_H

/*
 * What the nodes of a network have told, put together: which event belongs to which session, who is
 * at its other side, and what was said.
 *
 * The two ends of a connection are found by its addresses, of which each side tells both.
 */

#include "sim/parity/network.h"

#define PARITY_NOBODY UINT32_MAX

/* One side of a connection. */
typedef struct ParitySession {
    uint32_t number; /* from 0, in `sessions` */
    uint32_t peer;
    uint32_t other; /* PARITY_NOBODY: the other side has told of no such connection */
    bool dialled;
    ParityConnection *connection; /* (nullable) as `other` */
} ParitySession;

typedef struct ParityLog {
    GPtrArray *sessions;      /* of ParitySession */
    ParitySession **of_event; /* [network->events->len]; NULL: it belongs to none */
    ParityTalk *talk;
} ParityLog;

/* (transfer full) */
ParityLog *parity_log_new(const Scenario *scenario, const ParityNetwork *network);

/* Accepts NULL. */
void parity_log_free(ParityLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParityLog, parity_log_free)

#endif
