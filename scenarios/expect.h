/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_EXPECT_H
#define BNETLAB_SCENARIOS_EXPECT_H

/*
 * What a scenario expects of its run: the part `expect` of a Scenario (scenario.h), of which all
 * that is said there holds too. Plain data, owned by the scenario.
 */

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/peer_set.h"

/* The properties that are checked (docs/checks.md), in the order of reports. */
typedef enum ScenarioProperty {
    SCENARIO_PROPERTY_S1,
    SCENARIO_PROPERTY_S2,
    SCENARIO_PROPERTY_S3,
    SCENARIO_PROPERTY_S4,
    SCENARIO_PROPERTY_S5,
    SCENARIO_PROPERTY_S6,
    SCENARIO_PROPERTY_S7,
    SCENARIO_PROPERTY_S8,
    SCENARIO_PROPERTY_L1,
    SCENARIO_PROPERTY_L2,
    SCENARIO_PROPERTY_L3,
    SCENARIO_PROPERTY_L4,
    SCENARIO_PROPERTY_L5,
    SCENARIO_PROPERTY_L6,
    SCENARIO_PROPERTY_L7,
    SCENARIO_PROPERTY_C1,
    SCENARIO_PROPERTY_C2,
    SCENARIO_PROPERTY_C3,
    SCENARIO_PROPERTY_C4,
    SCENARIO_PROPERTY_C5,
    SCENARIO_PROPERTY_C6,
    SCENARIO_PROPERTY_C7,
    SCENARIO_PROPERTY_R1,
    SCENARIO_PROPERTY_R2,
    SCENARIO_PROPERTY_R3,
    SCENARIO_PROPERTY_R4,
    SCENARIO_PROPERTY_R5,
    SCENARIO_PROPERTY_R6,
    SCENARIO_PROPERTY_R7,
    SCENARIO_PROPERTIES,
} ScenarioProperty;

typedef enum ScenarioAnswer {
    SCENARIO_ANSWER_ANY, /* not asked */
    SCENARIO_ANSWER_NO,
    SCENARIO_ANSWER_YES,
} ScenarioAnswer;

/* What can be measured of a peer at a time. */
typedef enum ScenarioQuantity {
    SCENARIO_QUANTITY_HEAD,          /* number of its head */
    SCENARIO_QUANTITY_LIB,           /* number of its last irreversible block */
    SCENARIO_QUANTITY_FORK_SWITCHES, /* up to the time */
    SCENARIO_QUANTITY_BLOCKS_RECEIVED,
    SCENARIO_QUANTITY_TRANSACTIONS_RECEIVED,
    SCENARIO_QUANTITY_NOTICES_RECEIVED,
    SCENARIO_QUANTITY_MESSAGES_RECEIVED, /* of all kinds */
    SCENARIO_QUANTITY_BYTES_RECEIVED,
    SCENARIO_QUANTITY_HEAD_LAG,   /* highest head that an honest peer has had, minus its own */
    SCENARIO_QUANTITY_LIB_LAG,    /* its head minus its LIB */
    SCENARIO_QUANTITY_FORK_DEPTH, /* most blocks that one fork switch took back */
    SCENARIO_QUANTITY_SESSIONS,   /* open ones */
    SCENARIO_QUANTITY_WAITING_TRANSACTIONS, /* accepted, not in its best chain, not expired */
    SCENARIO_QUANTITY_KNOWN_TRANSACTIONS,   /* entries of its transaction status */
    SCENARIO_QUANTITY_BLOCK_STATUS,         /* most blocks with a status in one of its sessions */
} ScenarioQuantity;

/* at_least <= something <= at_most */
typedef struct ScenarioLimits {
    uint64_t at_least; /* 0: no lower bound */
    uint64_t at_most;  /* UINT64_MAX: no upper bound */
} ScenarioLimits;

static inline bool scenario_limits_hold(const ScenarioLimits *limits, uint64_t value)
{
    return value >= limits->at_least && value <= limits->at_most;
}

/* For each of `peers`, at `at_ns`, the quantity keeps the limits. */
typedef struct ScenarioBound {
    ScenarioQuantity quantity;
    ScenarioPeerSet peers;
    int64_t at_ns; /* at most the duration, the default */
    ScenarioLimits limits;
    uint32_t line; /* where the file says so, for the report; 0: unknown */
} ScenarioBound;

/* What is measured over a whole run (docs/reports.md): many values of one thing. */
typedef enum ScenarioMetric {
    /* From when a block is made to when so many per cent of the peers have it. */
    SCENARIO_METRIC_BLOCK_PROPAGATION_50,
    SCENARIO_METRIC_BLOCK_PROPAGATION_90,
    SCENARIO_METRIC_BLOCK_PROPAGATION_99,
    SCENARIO_METRIC_BLOCK_PROPAGATION_100,
    /* To when it is irreversible at so many. */
    SCENARIO_METRIC_BLOCK_FINALITY_50,
    SCENARIO_METRIC_BLOCK_FINALITY_90,
    SCENARIO_METRIC_BLOCK_FINALITY_99,
    SCENARIO_METRIC_BLOCK_FINALITY_100,
    SCENARIO_METRIC_TRANSACTION_INCLUSION, /* from its first peer to a block there */
    SCENARIO_METRIC_PEER_BYTES,            /* that a peer has received */
    SCENARIO_METRIC_PEER_LIB_LAG,          /* of a peer at the end */
    SCENARIO_METRIC_DUPLICATE_BLOCKS,      /* share of the full blocks that were known */
    SCENARIO_METRIC_FORK_RATE,             /* share of the blocks that are not on the best chain */
    SCENARIO_METRICS,
} ScenarioMetric;

typedef enum ScenarioUnit {
    SCENARIO_UNIT_TIME,   /* nanoseconds */
    SCENARIO_UNIT_BYTES,  /* bytes */
    SCENARIO_UNIT_BLOCKS, /* blocks */
    SCENARIO_UNIT_RATIO,  /* one value, in millionths */
} ScenarioUnit;

ScenarioUnit scenario_metric_unit(ScenarioMetric metric);

typedef enum ScenarioStatistic {
    SCENARIO_STATISTIC_PERCENTILE,
    SCENARIO_STATISTIC_MIN,
    SCENARIO_STATISTIC_MEAN,
    SCENARIO_STATISTIC_MAX,
    SCENARIO_STATISTIC_COUNT, /* how many values there are */
} ScenarioStatistic;

typedef struct ScenarioMetricLimit {
    ScenarioMetric metric;
    ScenarioStatistic statistic;
    uint32_t percentile;   /* 1 to 100 */
    ScenarioLimits limits; /* in the unit of the metric; a count is a number */
} ScenarioMetricLimit;

typedef enum ScenarioWatchKind {
    SCENARIO_WATCH_ALWAYS,     /* the limits hold at every moment */
    SCENARIO_WATCH_NEVER,      /* at none */
    SCENARIO_WATCH_EVENTUALLY, /* at one at least, which may be another for each peer */
} ScenarioWatchKind;

/* For each of `peers`, while its process runs, from from_ns to until_ns, both included. */
typedef struct ScenarioWatch {
    ScenarioWatchKind kind;
    uint32_t index; /* in the array of its kind */
    ScenarioQuantity quantity;
    ScenarioPeerSet peers; /* empty: all */
    ScenarioLimits limits;
    int64_t from_ns;
    int64_t until_ns; /* from_ns to the duration */
} ScenarioWatch;

/* How often sessions with one of `who` are closed by one of `by` for one of the reasons. */
typedef struct ScenarioDisconnect {
    ScenarioPeerSet who; /* empty: everybody */
    ScenarioPeerSet by;  /* empty: everybody */
    uint32_t reasons;    /* bits 1 << BnetCloseReason */
    bool each;           /* the range is that of each of `who` alone, not of all together */
    int64_t after_ns;
    int64_t until_ns; /* at most the duration; both times belong to it */
    ScenarioLimits count;
} ScenarioDisconnect;

/* Some peers agree: one block that was made from a time on is on the best chain of all of them at
 * once. */
typedef struct ScenarioConvergence {
    int32_t index;         /* in its array; -1: it stands alone */
    ScenarioPeerSet peers; /* empty: all honest ones that do not follow irreversible blocks */
    int64_t after_ns;      /* the time; SCENARIO_TIME_NONE: of the last fault */
    int64_t within_ns;     /* so soon; SCENARIO_TIME_NONE: by the end */
    int64_t lib_within_ns; /* their LIBs have passed the heads that they had at the time so soon;
                              SCENARIO_TIME_NONE: not asked */
} ScenarioConvergence;

typedef struct ScenarioExpect {
    int64_t
        convergence_within_ns; /* of heads, after the last fault; SCENARIO_TIME_NONE: by the end */
    int64_t
        lib_within_ns; /* of LIBs past all heads at the last fault; SCENARIO_TIME_NONE: not asked */
    bool convergence;  /* false: the scenario says "convergence": false */
    bool bad_block_asked;      /* exactly those of bad_block are cut off for a bad block; false:
                                  `disconnects` speaks of bad blocks in its place */
    bool bad_block_stated;     /* and that is what the scenario says, not the default */
    ScenarioPeerSet bad_block; /* exactly these are disconnected for a bad block */
    bool no_violation;         /* default true */
    uint32_t properties_off;   /* bits 1 << ScenarioProperty: these may be violated */
    uint32_t must_fail;        /* the same: these must be violated; none is in both */
    ScenarioAnswer finality_conflict; /* whether S8 must find one */
    bool other_disconnects;           /* default true: those that nothing lists may occur */
    ScenarioDisconnect *disconnects;
    uint32_t n_disconnects;
    ScenarioBound *bounds;
    uint32_t n_bounds;
    ScenarioWatch *watches; /* always, never, eventually */
    uint32_t n_watches;
    ScenarioMetricLimit *metrics;
    uint32_t n_metrics;
    ScenarioConvergence *convergences; /* those of certain peers, or from a certain time on */
    uint32_t n_convergences;
} ScenarioExpect;

/* Releases all that the expectations own. */
void scenario_expect_clear(ScenarioExpect *expect);

#endif
