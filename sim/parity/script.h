/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_PARITY_SCRIPT_H
#define BNETLAB_SIM_PARITY_SCRIPT_H

/*
 * A run of the simulator as a script for real nodes: what the world does to the peers, and when.
 *
 * That is: which processes start and end, which connections come about and which are torn, which
 * blocks are made and by whom, which transactions arrive and where. What the peers then say to each
 * other is theirs. The run is an ordinary one but for the chain that it begins with
 * (sim/parity/chain.h), and messages go as bytes, so that blocks have some.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "scenarios/scenario.h"
#include "sim/parity/chain.h"
#include "sim/parity/talk.h"
#include "sim/result.h"

#define PARITY_ID_DIGITS 64

typedef enum ParityActKind {
    PARITY_START, /* the process of peer */
    PARITY_STOP,  /* kill -9 */
    PARITY_DIAL,  /* link comes about */
    PARITY_RESET, /* its connection is lost at both ends */
    PARITY_BLOCK, /* peer has made block */
    PARITY_TRX,   /* at peer arrives trx */
} ParityActKind;

typedef struct ParityAct {
    int64_t time_ns;
    ParityActKind kind;
    uint32_t peer;
    uint32_t link;
    bool keeps_chain; /* START: it has what it had */
    uint32_t item;    /* BLOCK: in `blocks`; TRX: in `trxs` */
} ParityAct;

/* A block that exists in the run, those of the start included. */
typedef struct ParityBlock {
    char id[PARITY_ID_DIGITS + 1];
    char parent[PARITY_ID_DIGITS + 1]; /* empty: of block 1 */
    uint32_t number;
    bool is_bad;  /* it, or one before it, is invalid */
    char *digits; /* of its bytes; NULL: of the start */
} ParityBlock;

typedef struct ParityTrx {
    char id[PARITY_ID_DIGITS + 1];
    char *digits;
} ParityTrx;

typedef struct ParityScript {
    GArray *acts;       /* of ParityAct, in order */
    GPtrArray *blocks;  /* of ParityBlock */
    GHashTable *by_id;  /* the same by their ids */
    GPtrArray *trxs;    /* of ParityTrx */
    ParityTalk *talk;   /* what was said in the run */
    SimResult *result;  /* what came of it */
    int64_t end_ns;     /* where the scenario ends; the run goes on for up to 400 ms */
    bool is_quiet;      /* whenever the world did something, and at the end, all had arrived */
    int64_t unquiet_ns; /* when that was not so first */
} ParityScript;

/* Runs the scenario, whose chain, wire and duration are changed. NULL: it cannot be run, or was
 * stopped: `stop` (nullable) is not 0. (transfer full) */
ParityScript *parity_script_new(Scenario *scenario, const ParityChain *chain, gint *stop,
                                GError **error);

/* Accepts NULL. */
void parity_script_free(ParityScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParityScript, parity_script_free)

/* A block by its id; NULL: there is none. */
const ParityBlock *parity_script_block(const ParityScript *script, const char *id);

#endif
