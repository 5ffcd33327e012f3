/* SPDX-License-Identifier: Apache-2.0 */
/* The words of scenario files; keys.c has the keys. */
#include <glib.h>

#include "core/session.h"
#include "scenarios/keys.h"
#include "scenarios/scenario.h"

#define WORD_TABLE(table, of, list)                                                                \
    const ScenarioWordTable table = {.name = (of), .words = (list), .n_words = G_N_ELEMENTS(list)}

static const ScenarioWord rule_words[] = {{"dpos", SCENARIO_RULE_DPOS},
                                          {"none", SCENARIO_RULE_NONE}};
WORD_TABLE(scenario_rule_words, "rule_word", rule_words);

static const ScenarioWord start_chain_words[] = {{"full", false}, {"genesis", true}};
WORD_TABLE(scenario_start_chain_words, "start_chain_word", start_chain_words);

static const ScenarioWord persona_kind_words[] = {
    {"invalid-block", SCENARIO_PERSONA_INVALID_BLOCK},
    {"double-production", SCENARIO_PERSONA_DOUBLE_PRODUCTION},
    {"withhold", SCENARIO_PERSONA_WITHHOLD},
    {"junk-notices", SCENARIO_PERSONA_JUNK_NOTICES},
    {"claims", SCENARIO_PERSONA_CLAIMS},
    {"echo", SCENARIO_PERSONA_ECHO},
    {"flood", SCENARIO_PERSONA_FLOOD},
    {"forget", SCENARIO_PERSONA_FORGET},
    {"no-pong", SCENARIO_PERSONA_NO_PONG},
    {"wrong-pong", SCENARIO_PERSONA_WRONG_PONG},
    {"mute", SCENARIO_PERSONA_MUTE},
    {"slow-reader", SCENARIO_PERSONA_SLOW_READER},
    {"hello", SCENARIO_PERSONA_HELLO},
    {"double-hello", SCENARIO_PERSONA_DOUBLE_HELLO},
    {"early", SCENARIO_PERSONA_EARLY},
    {"malformed", SCENARIO_PERSONA_MALFORMED},
    {"replay", SCENARIO_PERSONA_REPLAY},
    {"trx-notices", SCENARIO_PERSONA_TRX_NOTICES},
};
WORD_TABLE(scenario_persona_kind_words, "persona_kind_word", persona_kind_words);

static const ScenarioWord fault_words[] = {
    {"timestamp", SCENARIO_FAULT_TIMESTAMP},   {"producer", SCENARIO_FAULT_PRODUCER},
    {"signature", SCENARIO_FAULT_SIGNATURE},   {"content", SCENARIO_FAULT_CONTENT},
    {"unlinkable", SCENARIO_FAULT_UNLINKABLE},
};
WORD_TABLE(scenario_fault_words, "fault_word", fault_words);

static const ScenarioWord lie_words[] = {
    {"other-chain", SCENARIO_LIE_OTHER_CHAIN},
    {"peer-id", SCENARIO_LIE_PEER_ID},
    {"old-version", SCENARIO_LIE_OLD_VERSION},
    {"unknown-ids", SCENARIO_LIE_UNKNOWN_IDS},
};
WORD_TABLE(scenario_lie_words, "lie_word", lie_words);

static const ScenarioWord profile_words[] = {
    {"documented", (int)BNET_PROFILE_DOCUMENTED},
    {"eosio-1.7", (int)BNET_PROFILE_EOSIO_1_7},
};
WORD_TABLE(scenario_profile_words, "profile_word", profile_words);

static const ScenarioWord malformed_words[] = {
    {"random", SCENARIO_MALFORMED_RANDOM},
    {"truncated", SCENARIO_MALFORMED_TRUNCATED},
    {"unknown", SCENARIO_MALFORMED_UNKNOWN},
    {"trailing", SCENARIO_MALFORMED_TRAILING},
    {"text", SCENARIO_MALFORMED_TEXT},
    {"too-long", SCENARIO_MALFORMED_TOO_LONG},
    {"two-notices", SCENARIO_MALFORMED_TWO_NOTICES},
};
WORD_TABLE(scenario_malformed_words, "malformed_word", malformed_words);

static const ScenarioWord flood_words[] = {
    {"valid", SCENARIO_FLOOD_VALID},
    {"expired", SCENARIO_FLOOD_EXPIRED},
    {"duplicate", SCENARIO_FLOOD_DUPLICATE},
};
WORD_TABLE(scenario_flood_words, "flood_word", flood_words);

static const ScenarioWord replay_words[] = {
    {"recent", SCENARIO_REPLAY_RECENT},
    {"irreversible", SCENARIO_REPLAY_IRREVERSIBLE},
    {"stale", SCENARIO_REPLAY_STALE},
};
WORD_TABLE(scenario_replay_words, "replay_word", replay_words);

static const ScenarioWord topology_kind_words[] = {
    {"full-mesh", SCENARIO_TOPOLOGY_FULL_MESH},
    {"ring", SCENARIO_TOPOLOGY_RING},
    {"line", SCENARIO_TOPOLOGY_LINE},
    {"star", SCENARIO_TOPOLOGY_STAR},
    {"tree", SCENARIO_TOPOLOGY_TREE},
    {"grid", SCENARIO_TOPOLOGY_GRID},
    {"random-regular", SCENARIO_TOPOLOGY_RANDOM_REGULAR},
    {"erdos-renyi", SCENARIO_TOPOLOGY_ERDOS_RENYI},
    {"barabasi-albert", SCENARIO_TOPOLOGY_BARABASI_ALBERT},
    {"watts-strogatz", SCENARIO_TOPOLOGY_WATTS_STROGATZ},
    {"regions", SCENARIO_TOPOLOGY_REGIONS},
    {"links", SCENARIO_TOPOLOGY_LINKS},
    {"edge-list", SCENARIO_TOPOLOGY_EDGE_LIST},
    {"graphml", SCENARIO_TOPOLOGY_GRAPHML},
};
WORD_TABLE(scenario_topology_kind_words, "topology_kind_word", topology_kind_words);

static const ScenarioWord region_table_words[] = {
    {"aws16", SCENARIO_REGION_TABLE_AWS16},
    {"internet6", SCENARIO_REGION_TABLE_INTERNET6},
    {"internet6-2015", SCENARIO_REGION_TABLE_INTERNET6_2015},
};
WORD_TABLE(scenario_region_table_words, "region_table_word", region_table_words);

static const ScenarioWord region_deal_words[] = {
    {"even", SCENARIO_REGION_DEAL_EVEN},
    {"topology", SCENARIO_REGION_DEAL_TOPOLOGY},
};
WORD_TABLE(scenario_region_deal_words, "region_deal_word", region_deal_words);

static const ScenarioWord wire_words[] = {{"structured", SCENARIO_WIRE_STRUCTURED},
                                          {"bytes", SCENARIO_WIRE_BYTES}};
WORD_TABLE(scenario_wire_words, "wire_word", wire_words);

static const ScenarioWord driver_words[] = {{"simulator", SCENARIO_DRIVER_SIMULATOR},
                                            {"sockets", SCENARIO_DRIVER_SOCKETS}};
WORD_TABLE(scenario_driver_words, "driver_word", driver_words);

static const ScenarioWord origin_words[] = {
    {"even", SCENARIO_ORIGIN_EVEN},
    {"round-robin", SCENARIO_ORIGIN_ROUND_ROBIN},
};
WORD_TABLE(scenario_origin_words, "origin_word", origin_words);

static const ScenarioWord connections_words[] = {
    {"hold", SCENARIO_CONNECTIONS_HOLD},
    {"reset", SCENARIO_CONNECTIONS_RESET},
    {"lose", SCENARIO_CONNECTIONS_LOSE},
};
WORD_TABLE(scenario_connections_words, "connections_word", connections_words);

static const ScenarioWord release_order_words[] = {{"forward", SCENARIO_RELEASE_FORWARD},
                                                   {"reverse", SCENARIO_RELEASE_REVERSE},
                                                   {"random", SCENARIO_RELEASE_RANDOM}};
WORD_TABLE(scenario_release_order_words, "release_order_word", release_order_words);

static const ScenarioWord restart_chain_words[] = {{"keep", false}, {"lose", true}};
WORD_TABLE(scenario_restart_chain_words, "restart_chain_word", restart_chain_words);

static const ScenarioWord close_reason_words[] = {
    {"bad-block", BNET_CLOSE_BAD_BLOCK},
    {"bad-pong", BNET_CLOSE_BAD_PONG},
    {"wrong-chain", BNET_CLOSE_WRONG_CHAIN},
    {"self", BNET_CLOSE_SELF},
    {"old-version", BNET_CLOSE_OLD_VERSION},
    {"redundant", BNET_CLOSE_REDUNDANT},
    {"protocol", BNET_CLOSE_PROTOCOL},
    {"malformed", BNET_CLOSE_MALFORMED},
    {"dead", BNET_CLOSE_DEAD},
    {"resync", BNET_CLOSE_RESYNC},
    {"lost", BNET_CLOSE_LOST},
    {"shutdown", BNET_CLOSE_SHUTDOWN},
};
WORD_TABLE(scenario_close_reason_words, "close_reason_word", close_reason_words);

static const ScenarioWord property_words[] = {
    {"S1", SCENARIO_PROPERTY_S1}, {"S2", SCENARIO_PROPERTY_S2}, {"S3", SCENARIO_PROPERTY_S3},
    {"S4", SCENARIO_PROPERTY_S4}, {"S5", SCENARIO_PROPERTY_S5}, {"S6", SCENARIO_PROPERTY_S6},
    {"S7", SCENARIO_PROPERTY_S7}, {"S8", SCENARIO_PROPERTY_S8}, {"L1", SCENARIO_PROPERTY_L1},
    {"L2", SCENARIO_PROPERTY_L2}, {"L3", SCENARIO_PROPERTY_L3}, {"L4", SCENARIO_PROPERTY_L4},
    {"L5", SCENARIO_PROPERTY_L5}, {"L6", SCENARIO_PROPERTY_L6}, {"L7", SCENARIO_PROPERTY_L7},
    {"C1", SCENARIO_PROPERTY_C1}, {"C2", SCENARIO_PROPERTY_C2}, {"C3", SCENARIO_PROPERTY_C3},
    {"C4", SCENARIO_PROPERTY_C4}, {"C5", SCENARIO_PROPERTY_C5}, {"C6", SCENARIO_PROPERTY_C6},
    {"C7", SCENARIO_PROPERTY_C7}, {"R1", SCENARIO_PROPERTY_R1}, {"R2", SCENARIO_PROPERTY_R2},
    {"R3", SCENARIO_PROPERTY_R3}, {"R4", SCENARIO_PROPERTY_R4}, {"R5", SCENARIO_PROPERTY_R5},
    {"R6", SCENARIO_PROPERTY_R6}, {"R7", SCENARIO_PROPERTY_R7},
};
WORD_TABLE(scenario_property_words, "property_word", property_words);

static const ScenarioWord metric_words[] = {
    {"block_propagation_50", SCENARIO_METRIC_BLOCK_PROPAGATION_50},
    {"block_propagation_90", SCENARIO_METRIC_BLOCK_PROPAGATION_90},
    {"block_propagation_99", SCENARIO_METRIC_BLOCK_PROPAGATION_99},
    {"block_propagation_100", SCENARIO_METRIC_BLOCK_PROPAGATION_100},
    {"block_finality_50", SCENARIO_METRIC_BLOCK_FINALITY_50},
    {"block_finality_90", SCENARIO_METRIC_BLOCK_FINALITY_90},
    {"block_finality_99", SCENARIO_METRIC_BLOCK_FINALITY_99},
    {"block_finality_100", SCENARIO_METRIC_BLOCK_FINALITY_100},
    {"transaction_inclusion", SCENARIO_METRIC_TRANSACTION_INCLUSION},
    {"peer_bytes", SCENARIO_METRIC_PEER_BYTES},
    {"peer_lib_lag", SCENARIO_METRIC_PEER_LIB_LAG},
    {"duplicate_blocks", SCENARIO_METRIC_DUPLICATE_BLOCKS},
    {"fork_rate", SCENARIO_METRIC_FORK_RATE},
};
WORD_TABLE(scenario_metric_words, "metric_word", metric_words);

static const ScenarioWord statistic_words[] = {
    {"min", SCENARIO_STATISTIC_MIN},
    {"mean", SCENARIO_STATISTIC_MEAN},
    {"max", SCENARIO_STATISTIC_MAX},
    {"count", SCENARIO_STATISTIC_COUNT},
};
WORD_TABLE(scenario_statistic_words, "statistic_word", statistic_words);

static const ScenarioWord quantity_words[] = {
    {"head", SCENARIO_QUANTITY_HEAD},
    {"lib", SCENARIO_QUANTITY_LIB},
    {"fork_switches", SCENARIO_QUANTITY_FORK_SWITCHES},
    {"blocks_received", SCENARIO_QUANTITY_BLOCKS_RECEIVED},
    {"transactions_received", SCENARIO_QUANTITY_TRANSACTIONS_RECEIVED},
    {"notices_received", SCENARIO_QUANTITY_NOTICES_RECEIVED},
    {"messages_received", SCENARIO_QUANTITY_MESSAGES_RECEIVED},
    {"bytes_received", SCENARIO_QUANTITY_BYTES_RECEIVED},
    {"head_lag", SCENARIO_QUANTITY_HEAD_LAG},
    {"lib_lag", SCENARIO_QUANTITY_LIB_LAG},
    {"fork_depth", SCENARIO_QUANTITY_FORK_DEPTH},
    {"sessions", SCENARIO_QUANTITY_SESSIONS},
    {"waiting_transactions", SCENARIO_QUANTITY_WAITING_TRANSACTIONS},
    {"known_transactions", SCENARIO_QUANTITY_KNOWN_TRANSACTIONS},
    {"block_status", SCENARIO_QUANTITY_BLOCK_STATUS},
};
WORD_TABLE(scenario_quantity_words, "quantity_word", quantity_words);

const ScenarioWordTable *const scenario_word_tables[] = {
    &scenario_rule_words,          &scenario_start_chain_words,   &scenario_persona_kind_words,
    &scenario_fault_words,         &scenario_profile_words,       &scenario_lie_words,
    &scenario_malformed_words,     &scenario_flood_words,         &scenario_replay_words,
    &scenario_topology_kind_words, &scenario_region_table_words,  &scenario_region_deal_words,
    &scenario_wire_words,          &scenario_driver_words,        &scenario_connections_words,
    &scenario_release_order_words, &scenario_restart_chain_words, &scenario_close_reason_words,
    &scenario_property_words,      &scenario_metric_words,        &scenario_statistic_words,
    &scenario_origin_words,        &scenario_quantity_words,      NULL,
};
