/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BNETLAB_SCENARIOS_KEYS_H
#define BNETLAB_SCENARIOS_KEYS_H

/*
 * The grammar of scenario files: which keys an object may have, which words a value may be.
 *
 * A struct of node numbers stands for each kind of object; reader.h fills it, SCENARIO_NODE_NONE
 * where the key is absent. The JSON Schema and the manual list the same keys and words, and the
 * tests compare them by these tables. Constant data.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/quirks.h"
#include "scenarios/expect.h"

typedef struct ScenarioKey {
    const char *name;
    bool required;
    size_t offset; /* of the node's number in the struct of the table */
} ScenarioKey;

typedef struct ScenarioKeyTable {
    const char *name;  /* of the definition in the JSON Schema */
    const char *where; /* JSON pointer of such objects, as the manual writes it */
    const ScenarioKey *keys;
    size_t n_keys;
} ScenarioKeyTable;

typedef struct ScenarioWord {
    const char *word;
    int value;
} ScenarioWord;

typedef struct ScenarioWordTable {
    const char *name; /* of the definition in the JSON Schema */
    const ScenarioWord *words;
    size_t n_words;
} ScenarioWordTable;

typedef struct ScenarioRootKeys {
    uint32_t schema;
    uint32_t name;
    uint32_t description;
    uint32_t include;
    uint32_t params;
    uint32_t seed;
    uint32_t duration;
    uint32_t chain;
    uint32_t peers;
    uint32_t topology;
    uint32_t links;
    uint32_t wire;
    uint32_t driver;
    uint32_t steps;
    uint32_t transactions;
    uint32_t events;
    uint32_t random_faults;
    uint32_t expect;
} ScenarioRootKeys;

typedef struct ScenarioChainKeys {
    uint32_t irreversibility;
    uint32_t start_height;
    uint32_t blocks_log;
    uint32_t genesis_time;
    uint32_t block;
} ScenarioChainKeys;

typedef struct ScenarioBlockKeys {
    uint32_t max_bytes;
    uint32_t max_transactions;
    uint32_t filler;
} ScenarioBlockKeys;

typedef struct ScenarioIrreversibilityKeys {
    uint32_t depth;
} ScenarioIrreversibilityKeys;

typedef struct ScenarioGroupKeys {
    uint32_t count;
    uint32_t produces;
    uint32_t scheduled;
    uint32_t follow_irreversible;
    uint32_t no_trx;
    uint32_t chain;
    uint32_t start;
    uint32_t idle_timeout;
    uint32_t clock;
    uint32_t missed_slots;
    uint32_t uplink;
    uint32_t downlink;
    uint32_t processing;
    uint32_t persona;
    uint32_t profile;
    uint32_t quirks;
} ScenarioGroupKeys;

typedef struct ScenarioQuirksKeys {
    uint32_t of[BNET_QUIRKS]; /* by the bit of each */
} ScenarioQuirksKeys;

typedef struct ScenarioClockKeys {
    uint32_t skew;
    uint32_t drift;
} ScenarioClockKeys;

typedef struct ScenarioProcessingKeys {
    uint32_t header;
    uint32_t block;
    uint32_t kilobyte;
    uint32_t transaction;
    uint32_t fetch;
} ScenarioProcessingKeys;

typedef struct ScenarioPersonaKeys {
    uint32_t kind;
    uint32_t after;
    uint32_t until;
    uint32_t every;
    uint32_t to;
    uint32_t fault;
    uint32_t depth;
    uint32_t count;
    uint32_t says;
    uint32_t peer;
    uint32_t bytes;
    uint32_t transactions;
    uint32_t blocks;
} ScenarioPersonaKeys;

typedef struct ScenarioTopologyKeys {
    uint32_t kind;
    uint32_t connected;
    uint32_t mutual;
    uint32_t center;
    uint32_t arity;
    uint32_t width;
    uint32_t wrap;
    uint32_t degree;
    uint32_t probability;
    uint32_t mean_degree;
    uint32_t edges;
    uint32_t rewiring;
    uint32_t count;
    uint32_t between;
    uint32_t links;
    uint32_t file;
} ScenarioTopologyKeys;

typedef struct ScenarioLinksKeys {
    uint32_t latency;
    uint32_t bandwidth;
    uint32_t loss;
    uint32_t send_buffer;
    uint32_t receive_buffer;
    uint32_t regions;
    uint32_t between;
} ScenarioLinksKeys;

typedef struct ScenarioLatencyKeys {
    uint32_t uniform;
    uint32_t lognormal;
    uint32_t normal;
    uint32_t exponential;
    uint32_t pareto;
    uint32_t empirical;
} ScenarioLatencyKeys;

typedef struct ScenarioLognormalKeys {
    uint32_t median;
    uint32_t sigma;
    uint32_t max;
} ScenarioLognormalKeys;

typedef struct ScenarioNormalKeys {
    uint32_t mean;
    uint32_t deviation;
    uint32_t min;
    uint32_t max;
} ScenarioNormalKeys;

typedef struct ScenarioExponentialKeys {
    uint32_t mean;
    uint32_t min;
    uint32_t max;
} ScenarioExponentialKeys;

typedef struct ScenarioParetoKeys {
    uint32_t min;
    uint32_t shape;
    uint32_t max;
} ScenarioParetoKeys;

typedef struct ScenarioEmpiricalKeys {
    uint32_t values;
    uint32_t weights;
    uint32_t file;
} ScenarioEmpiricalKeys;

typedef struct ScenarioLinkRegionsKeys {
    uint32_t table;
    uint32_t of;
    uint32_t jitter;
} ScenarioLinkRegionsKeys;

typedef struct ScenarioLinkRuleKeys {
    uint32_t from;
    uint32_t to;
    uint32_t latency;
    uint32_t bandwidth;
    uint32_t loss;
    uint32_t send_buffer;
    uint32_t receive_buffer;
    uint32_t one_way;
} ScenarioLinkRuleKeys;

typedef struct ScenarioTransactionsKeys {
    uint32_t rate;
    uint32_t burst;
    uint32_t begin;
    uint32_t end;
    uint32_t lifetime;
    uint32_t size;
    uint32_t from;
    uint32_t origin;
} ScenarioTransactionsKeys;

typedef struct ScenarioBurstKeys {
    uint32_t count;
    uint32_t every;
} ScenarioBurstKeys;

typedef struct ScenarioOriginKeys {
    uint32_t weights;
} ScenarioOriginKeys;

/* Of sizes and of times. */
typedef struct ScenarioAmountKeys {
    uint32_t uniform;
    uint32_t values;
    uint32_t weights;
} ScenarioAmountKeys;

typedef struct ScenarioEventKeys {
    uint32_t at;
    uint32_t partition;
    uint32_t heal;
    uint32_t cut;
    uint32_t mend;
    uint32_t reset;
    uint32_t crash;
    uint32_t restart;
    uint32_t stop_producing;
    uint32_t start_producing;
    uint32_t set_producers;
    uint32_t slow;
    uint32_t pause;
    uint32_t resume;
    uint32_t skew_clock;
    uint32_t change_links;
    uint32_t change_peers;
    uint32_t factor;
    uint32_t skew;
    uint32_t drift;
    uint32_t latency;
    uint32_t bandwidth;
    uint32_t loss;
    uint32_t send_buffer;
    uint32_t receive_buffer;
    uint32_t uplink;
    uint32_t downlink;
    uint32_t for_time;
    uint32_t release;
    uint32_t connections;
    uint32_t one_way;
    uint32_t chain;
} ScenarioEventKeys;

typedef struct ScenarioReleaseKeys {
    uint32_t every;
    uint32_t order;
} ScenarioReleaseKeys;

typedef struct ScenarioRandomFaultKeys {
    uint32_t rate;
    uint32_t from;
    uint32_t until;
    uint32_t pick;
    uint32_t partition;
    uint32_t cut;
    uint32_t reset;
    uint32_t crash;
    uint32_t stop_producing;
    uint32_t slow;
    uint32_t pause;
    uint32_t skew_clock;
    uint32_t change_links;
    uint32_t factor;
    uint32_t skew;
    uint32_t drift;
    uint32_t latency;
    uint32_t bandwidth;
    uint32_t loss;
    uint32_t send_buffer;
    uint32_t receive_buffer;
    uint32_t for_time;
    uint32_t connections;
    uint32_t one_way;
    uint32_t chain;
} ScenarioRandomFaultKeys;

typedef struct ScenarioRandomTimeKeys {
    uint32_t uniform;
    uint32_t exponential;
} ScenarioRandomTimeKeys;

typedef struct ScenarioRandomPartitionKeys {
    uint32_t sides;
} ScenarioRandomPartitionKeys;

typedef struct ScenarioExpectKeys {
    uint32_t convergence;
    uint32_t bad_block;
    uint32_t disconnects;
    uint32_t other_disconnects;
    uint32_t no_violation;
    uint32_t properties;
    uint32_t expect_failure;
    uint32_t finality_conflict;
    uint32_t bounds;
    uint32_t always;
    uint32_t never;
    uint32_t eventually;
    uint32_t metrics;
} ScenarioExpectKeys;

typedef struct ScenarioMetricKeys {
    uint32_t metric;
    uint32_t percentile;
    uint32_t statistic;
    uint32_t at_least;
    uint32_t at_most;
} ScenarioMetricKeys;

typedef struct ScenarioAlwaysKeys {
    uint32_t quantity;
    uint32_t peers;
    uint32_t at_least;
    uint32_t at_most;
    uint32_t from;
    uint32_t until;
} ScenarioAlwaysKeys;

typedef struct ScenarioEventuallyKeys {
    uint32_t quantity;
    uint32_t peers;
    uint32_t at_least;
    uint32_t at_most;
    uint32_t from;
    uint32_t within;
} ScenarioEventuallyKeys;

typedef struct ScenarioPropertiesKeys {
    uint32_t of[SCENARIO_PROPERTIES];
} ScenarioPropertiesKeys;

typedef struct ScenarioDisconnectKeys {
    uint32_t who;
    uint32_t by;
    uint32_t why;
    uint32_t each;
    uint32_t exactly;
    uint32_t at_least;
    uint32_t at_most;
    uint32_t after;
    uint32_t within;
} ScenarioDisconnectKeys;

typedef struct ScenarioConvergenceKeys {
    uint32_t peers;
    uint32_t after;
    uint32_t within;
    uint32_t lib_within;
} ScenarioConvergenceKeys;

typedef struct ScenarioBoundKeys {
    uint32_t quantity;
    uint32_t peers;
    uint32_t at;
    uint32_t at_least;
    uint32_t at_most;
} ScenarioBoundKeys;

extern const ScenarioKeyTable scenario_root_table;
extern const ScenarioKeyTable scenario_chain_table;
extern const ScenarioKeyTable scenario_irreversibility_table;
extern const ScenarioKeyTable scenario_block_table;
extern const ScenarioKeyTable scenario_group_table;
extern const ScenarioKeyTable scenario_clock_table;
extern const ScenarioKeyTable scenario_processing_table;
extern const ScenarioKeyTable scenario_persona_table;
extern const ScenarioKeyTable scenario_topology_table;
extern const ScenarioKeyTable scenario_links_table;
extern const ScenarioKeyTable scenario_latency_table;
extern const ScenarioKeyTable scenario_lognormal_table;
extern const ScenarioKeyTable scenario_normal_table;
extern const ScenarioKeyTable scenario_exponential_table;
extern const ScenarioKeyTable scenario_pareto_table;
extern const ScenarioKeyTable scenario_empirical_table;
extern const ScenarioKeyTable scenario_link_regions_table;
extern const ScenarioKeyTable scenario_link_rule_table;
extern const ScenarioKeyTable scenario_transactions_table;
extern const ScenarioKeyTable scenario_burst_table;
extern const ScenarioKeyTable scenario_origin_table;
extern const ScenarioKeyTable scenario_sizes_table;
extern const ScenarioKeyTable scenario_times_table;
extern const ScenarioKeyTable scenario_event_table;
extern const ScenarioKeyTable scenario_release_table;
extern const ScenarioKeyTable scenario_random_fault_table;
extern const ScenarioKeyTable scenario_random_partition_table;
extern const ScenarioKeyTable scenario_random_time_table;
extern const ScenarioKeyTable scenario_random_exponential_table;
extern const ScenarioKeyTable scenario_expect_table;
extern const ScenarioKeyTable scenario_convergence_table;
extern const ScenarioKeyTable scenario_disconnect_table;
extern const ScenarioKeyTable scenario_properties_table;
extern const ScenarioKeyTable scenario_quirks_table;
extern const ScenarioKeyTable scenario_bound_table;
extern const ScenarioKeyTable scenario_always_table;
extern const ScenarioKeyTable scenario_eventually_table;
extern const ScenarioKeyTable scenario_metric_table;

/* Region tables that are built in. */
typedef enum ScenarioRegionTableWord {
    SCENARIO_REGION_TABLE_AWS16,
    SCENARIO_REGION_TABLE_INTERNET6,
    SCENARIO_REGION_TABLE_INTERNET6_2015,
} ScenarioRegionTableWord;

/* How peers get their regions, where none are listed. */
typedef enum ScenarioRegionDeal {
    SCENARIO_REGION_DEAL_EVEN,     /* peer p gets region p modulo their number */
    SCENARIO_REGION_DEAL_TOPOLOGY, /* those of the topology, in their order */
} ScenarioRegionDeal;

typedef enum ScenarioTopologyKind {
    SCENARIO_TOPOLOGY_FULL_MESH,
    SCENARIO_TOPOLOGY_RING,
    SCENARIO_TOPOLOGY_LINE,
    SCENARIO_TOPOLOGY_STAR,
    SCENARIO_TOPOLOGY_TREE,
    SCENARIO_TOPOLOGY_GRID,
    SCENARIO_TOPOLOGY_RANDOM_REGULAR,
    SCENARIO_TOPOLOGY_ERDOS_RENYI,
    SCENARIO_TOPOLOGY_BARABASI_ALBERT,
    SCENARIO_TOPOLOGY_WATTS_STROGATZ,
    SCENARIO_TOPOLOGY_REGIONS,
    SCENARIO_TOPOLOGY_LINKS,
    SCENARIO_TOPOLOGY_EDGE_LIST,
    SCENARIO_TOPOLOGY_GRAPHML,
} ScenarioTopologyKind;

extern const ScenarioWordTable scenario_rule_words;          /* ScenarioRule, but depth */
extern const ScenarioWordTable scenario_start_chain_words;   /* bool from_genesis */
extern const ScenarioWordTable scenario_persona_kind_words;  /* ScenarioPersonaKind, in order */
extern const ScenarioWordTable scenario_fault_words;         /* ScenarioFault */
extern const ScenarioWordTable scenario_lie_words;           /* ScenarioLie */
extern const ScenarioWordTable scenario_profile_words;       /* BnetQuirks */
extern const ScenarioWordTable scenario_malformed_words;     /* ScenarioMalformed */
extern const ScenarioWordTable scenario_flood_words;         /* ScenarioFlood */
extern const ScenarioWordTable scenario_replay_words;        /* ScenarioReplay */
extern const ScenarioWordTable scenario_topology_kind_words; /* ScenarioTopologyKind */
extern const ScenarioWordTable scenario_region_table_words;  /* ScenarioRegionTableWord */
extern const ScenarioWordTable scenario_region_deal_words;   /* ScenarioRegionDeal */
extern const ScenarioWordTable scenario_wire_words;          /* ScenarioWire */
extern const ScenarioWordTable scenario_driver_words;        /* ScenarioDriver */
extern const ScenarioWordTable scenario_origin_words;        /* ScenarioOrigin, but weighted */
extern const ScenarioWordTable scenario_connections_words;   /* ScenarioConnections */
extern const ScenarioWordTable scenario_release_order_words; /* ScenarioReleaseOrder */
extern const ScenarioWordTable scenario_restart_chain_words; /* bool lose_chain */
extern const ScenarioWordTable scenario_close_reason_words;  /* BnetCloseReason, but none */
extern const ScenarioWordTable scenario_property_words;      /* ScenarioProperty */
extern const ScenarioWordTable scenario_metric_words;        /* ScenarioMetric, in its order */
extern const ScenarioWordTable scenario_statistic_words;     /* ScenarioStatistic, but percentile */
extern const ScenarioWordTable scenario_quantity_words;      /* ScenarioQuantity */

/* All of the above, ended by NULL. */
extern const ScenarioKeyTable *const scenario_key_tables[];
extern const ScenarioWordTable *const scenario_word_tables[];

/*
 * The number of single-character insertions, deletions, replacements and swaps of neighbours that
 * turn one text into the other. Texts over 64 bytes are as far apart as the longer is long.
 */
uint32_t scenario_misspelling(const char *a, const char *b);

/* Whether `distance` is small enough that `meant` is worth suggesting. */
bool scenario_worth_suggesting(const char *meant, uint32_t distance);

#endif
