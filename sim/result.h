/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SIM_RESULT_H
#define BNETLAB_SIM_RESULT_H

/*
 * What came of a run: plain data for the report writers. What says how threads shared the work, and
 * what the runner fills in, is of the machine, all else of the model. Owns all it points to; refers
 * to nothing of the world or the scenario. Times are virtual nanoseconds since the start of the
 * run.
 */

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include "core/base.h"
#include "scenarios/expect.h"

/* Detail of a check that had nothing to judge, and no more to say of that. */
#define SIM_NOTHING_TO_JUDGE "nothing to judge in this run"

typedef enum SimVerdict {
    SIM_VERDICT_PASS,
    SIM_VERDICT_FAIL,
    SIM_VERDICT_NOT_JUDGED, /* nothing to judge in this run; detail says why */
} SimVerdict;

/* What the scenario asks of a check. */
typedef enum SimAsked {
    SIM_ASKED_PASS, /* not to fail */
    SIM_ASKED_ANY,  /* nothing: its verdict does not count */
    SIM_ASKED_FAIL, /* to fail */
} SimAsked;

/* One property ("S1") or one expectation ("expect/convergence"). */
typedef struct SimCheckResult {
    char *id;
    char *title;        /* what it says, in a few words: "blocks are linkable" */
    SimVerdict verdict; /* whatever was asked */
    SimAsked asked;
    char *detail; /* one sentence: what was found, or the first violation with time and peers */
    uint64_t violations;
    /* Time of the first violation; INT64_MAX of an expectation, which is judged when all is over.
     */
    int64_t first_ns;
    char **causes; /* what led to the first violation, NULL-terminated lines; NULL: not told */
} SimCheckResult;

/* What a check means for its run. */
typedef enum SimOutcome {
    SIM_OUTCOME_PASS,
    SIM_OUTCOME_FAIL,         /* fails the run */
    SIM_OUTCOME_NOT_JUDGED,   /* nothing to judge, and nothing was asked of it but not to fail */
    SIM_OUTCOME_FAIL_ASKED,   /* failed, as it should */
    SIM_OUTCOME_FAIL_IGNORED, /* failed, which does not count */
} SimOutcome;

SimOutcome sim_check_outcome(const SimCheckResult *check);

/* A session that one side closed by rule. */
typedef struct SimDisconnect {
    int64_t time_ns;
    uint32_t peer;      /* who was cut off */
    uint32_t by;        /* who cut it off */
    const char *reason; /* static: "bad-block", ... (bnet_close_reason_name) */
} SimDisconnect;

/* A peer left a branch for a better one. */
typedef struct SimForkSwitch {
    int64_t time_ns;
    uint32_t peer;
    uint32_t behind; /* number of the last block that both branches have */
    uint32_t blocks; /* so many were left */
} SimForkSwitch;

typedef struct SimPeerResult {
    char *name;
    uint32_t head_number; /* of the applied best chain */
    BnetId head_id;
    uint32_t lib_number; /* 0: none yet */
    BnetId lib_id;       /* all zero: none yet */
    uint64_t fork_switches;
    uint64_t messages_received;
    uint64_t bytes_received;
    uint32_t sessions; /* open at the end */
    bool up;
    bool honest; /* without persona */
} SimPeerResult;

/* A step of the story that the summary tells: a fault, a divergence, a cut-off, a convergence. */
typedef struct SimMoment {
    int64_t time_ns;
    char *text; /* "partition: bp[0..14] | bp[15..20]" */
} SimMoment;

/* Many values of one thing, in its unit; without values all figures are 0. A percentile is the
 * lowest value that so many per cent of the values do not exceed. */
typedef struct SimMetric {
    ScenarioMetric metric;
    const char *name; /* static: "block_propagation_50" */
    ScenarioUnit unit;
    uint64_t count; /* of values; of a ratio: of what it is a share of */
    uint64_t min;   /* of a ratio min to max are the same */
    uint64_t mean;  /* rounded down */
    uint64_t p50;
    uint64_t p90;
    uint64_t p99;
    uint64_t max;
    uint64_t never; /* blocks or transactions that have no value: they did not get there */
} SimMetric;

/* Who has driven the peers. */
typedef enum SimDriver {
    SIM_DRIVER_SIMULATOR,
    SIM_DRIVER_SOCKETS, /* each was a process (sim/parity/); no trace hash, metrics, probes */
} SimDriver;

typedef struct SimResult {
    char *name;
    char *description;
    char *path;    /* of the scenario, as given; NULL: it has no file */
    uint64_t seed; /* that the run used */
    SimDriver driver;
    SimVerdict verdict;
    bool interrupted;    /* stopped from outside before its end; all figures are up to there */
    uint64_t trace_hash; /* printed as 16 hex digits */
    uint64_t steps_hash; /* of each step in order; 0: nobody asked for it (run.h) */
    /* [i]: the trace hash when i + 1 s were over, events of that instant included: that of a run
     * with this duration. 8 bytes for each simulated second, 253 MB for the longest run. */
    uint64_t *checkpoints;
    uint32_t n_checkpoints;
    bool shuffled_ties; /* the run drew the order of events of one instant from ties_seed */
    uint64_t ties_seed;
    int64_t simulated_ns;
    uint32_t threads;               /* that shared the work; 1: it was one */
    const char *one_thread_because; /* static; NULL: nobody asked for more, or there were more */
    uint32_t failed_stretches;      /* so often the run began anew, with one thread there */
    uint64_t windows;               /* in which all threads worked side by side */
    double wall_seconds;            /* filled by the runner, not by the simulator */
    uint64_t events;                /* taken from the event queue */
    uint64_t messages_delivered;
    uint64_t bytes_delivered;
    uint64_t peak_rss_bytes;  /* of the process; filled by the runner */
    uint64_t estimated_bytes; /* of memory, before the run (memory.h); filled by the runner */
    uint64_t blocks_produced;
    uint64_t transactions_created;
    uint64_t transactions_refused; /* found a transaction status full, all peers together */
    SimPeerResult *peers;
    uint32_t n_peers;
    uint64_t fork_switches;
    SimDisconnect *disconnects; /* in order of time */
    uint32_t n_disconnects;
    SimForkSwitch *switches; /* in order of time */
    uint32_t n_switches;
    SimCheckResult *checks; /* properties first, then expectations */
    uint32_t n_checks;
    SimMetric *metrics; /* in the order of ScenarioMetric */
    uint32_t n_metrics;
    SimMoment *moments; /* in order of time */
    uint32_t n_moments;
    uint64_t *probes; /* hits, in the numbering of sim/probes.h */
    uint32_t n_probes;
} SimResult;

void sim_result_free(SimResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SimResult, sim_result_free)

#endif
