/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/keys.h"

#include <glib.h>

#include "scenarios/scenario.h"

#define REQUIRED true
#define OPTIONAL false

#define KEY_TABLE(table, of, at, list)                                                             \
    const ScenarioKeyTable table = {                                                               \
        .name = (of), .where = (at), .keys = (list), .n_keys = G_N_ELEMENTS(list)}

static const ScenarioKey root_keys[] = {
    {"$schema", OPTIONAL, offsetof(ScenarioRootKeys, schema)},
    {"name", OPTIONAL, offsetof(ScenarioRootKeys, name)},
    {"description", OPTIONAL, offsetof(ScenarioRootKeys, description)},
    {"include", OPTIONAL, offsetof(ScenarioRootKeys, include)},
    {"params", OPTIONAL, offsetof(ScenarioRootKeys, params)},
    {"seed", OPTIONAL, offsetof(ScenarioRootKeys, seed)},
    {"duration", REQUIRED, offsetof(ScenarioRootKeys, duration)},
    {"chain", OPTIONAL, offsetof(ScenarioRootKeys, chain)},
    {"peers", REQUIRED, offsetof(ScenarioRootKeys, peers)},
    {"topology", OPTIONAL, offsetof(ScenarioRootKeys, topology)},
    {"links", OPTIONAL, offsetof(ScenarioRootKeys, links)},
    {"wire", OPTIONAL, offsetof(ScenarioRootKeys, wire)},
    {"driver", OPTIONAL, offsetof(ScenarioRootKeys, driver)},
    {"steps", OPTIONAL, offsetof(ScenarioRootKeys, steps)},
    {"transactions", OPTIONAL, offsetof(ScenarioRootKeys, transactions)},
    {"events", OPTIONAL, offsetof(ScenarioRootKeys, events)},
    {"random_faults", OPTIONAL, offsetof(ScenarioRootKeys, random_faults)},
    {"expect", OPTIONAL, offsetof(ScenarioRootKeys, expect)},
};
KEY_TABLE(scenario_root_table, "scenario", "/", root_keys);

static const ScenarioKey chain_keys[] = {
    {"irreversibility", OPTIONAL, offsetof(ScenarioChainKeys, irreversibility)},
    {"start_height", OPTIONAL, offsetof(ScenarioChainKeys, start_height)},
    {"blocks_log", OPTIONAL, offsetof(ScenarioChainKeys, blocks_log)},
    {"genesis_time", OPTIONAL, offsetof(ScenarioChainKeys, genesis_time)},
    {"block", OPTIONAL, offsetof(ScenarioChainKeys, block)},
};
KEY_TABLE(scenario_chain_table, "chain", "/chain", chain_keys);

static const ScenarioKey block_keys[] = {
    {"max_bytes", OPTIONAL, offsetof(ScenarioBlockKeys, max_bytes)},
    {"max_transactions", OPTIONAL, offsetof(ScenarioBlockKeys, max_transactions)},
    {"filler", OPTIONAL, offsetof(ScenarioBlockKeys, filler)},
};
KEY_TABLE(scenario_block_table, "block", "/chain/block", block_keys);

static const ScenarioKey irreversibility_keys[] = {
    {"depth", REQUIRED, offsetof(ScenarioIrreversibilityKeys, depth)},
};
KEY_TABLE(scenario_irreversibility_table, "irreversibility", "/chain/irreversibility",
          irreversibility_keys);

static const ScenarioKey group_keys[] = {
    {"count", OPTIONAL, offsetof(ScenarioGroupKeys, count)},
    {"produces", OPTIONAL, offsetof(ScenarioGroupKeys, produces)},
    {"scheduled", OPTIONAL, offsetof(ScenarioGroupKeys, scheduled)},
    {"bnet-follow-irreversible", OPTIONAL, offsetof(ScenarioGroupKeys, follow_irreversible)},
    {"bnet-no-trx", OPTIONAL, offsetof(ScenarioGroupKeys, no_trx)},
    {"chain", OPTIONAL, offsetof(ScenarioGroupKeys, chain)},
    {"start", OPTIONAL, offsetof(ScenarioGroupKeys, start)},
    {"idle_timeout", OPTIONAL, offsetof(ScenarioGroupKeys, idle_timeout)},
    {"clock", OPTIONAL, offsetof(ScenarioGroupKeys, clock)},
    {"missed_slots", OPTIONAL, offsetof(ScenarioGroupKeys, missed_slots)},
    {"uplink", OPTIONAL, offsetof(ScenarioGroupKeys, uplink)},
    {"downlink", OPTIONAL, offsetof(ScenarioGroupKeys, downlink)},
    {"processing", OPTIONAL, offsetof(ScenarioGroupKeys, processing)},
    {"persona", OPTIONAL, offsetof(ScenarioGroupKeys, persona)},
    {"profile", OPTIONAL, offsetof(ScenarioGroupKeys, profile)},
    {"quirks", OPTIONAL, offsetof(ScenarioGroupKeys, quirks)},
};
KEY_TABLE(scenario_group_table, "group", "/peers/GROUP", group_keys);

/* In the order of their bits; the names are those of core/quirks.c. */
static const ScenarioKey quirks_keys[] = {
    {"busy-fetch", OPTIONAL, offsetof(ScenarioQuirksKeys, of[0])},
    {"reversible-to-follower", OPTIONAL, offsetof(ScenarioQuirksKeys, of[1])},
    {"ping-blocks-sending", OPTIONAL, offsetof(ScenarioQuirksKeys, of[2])},
    {"unbounded-status", OPTIONAL, offsetof(ScenarioQuirksKeys, of[3])},
    {"evadable-blame", OPTIONAL, offsetof(ScenarioQuirksKeys, of[4])},
    {"unlinked-send", OPTIONAL, offsetof(ScenarioQuirksKeys, of[5])},
    {"no-timer", OPTIONAL, offsetof(ScenarioQuirksKeys, of[6])},
    {"both-close", OPTIONAL, offsetof(ScenarioQuirksKeys, of[7])},
    {"trx-notice-closes", OPTIONAL, offsetof(ScenarioQuirksKeys, of[8])},
    {"silent-until-block", OPTIONAL, offsetof(ScenarioQuirksKeys, of[9])},
    {"late-notice", OPTIONAL, offsetof(ScenarioQuirksKeys, of[10])},
    {"one-behind", OPTIONAL, offsetof(ScenarioQuirksKeys, of[11])},
    {"close-waits", OPTIONAL, offsetof(ScenarioQuirksKeys, of[12])},
    {"early-messages", OPTIONAL, offsetof(ScenarioQuirksKeys, of[13])},
    {"blames-last-sender", OPTIONAL, offsetof(ScenarioQuirksKeys, of[14])},
    {"forgets-transactions", OPTIONAL, offsetof(ScenarioQuirksKeys, of[15])},
    {"echoes-transactions", OPTIONAL, offsetof(ScenarioQuirksKeys, of[16])},
    {"trailing-irreversible", OPTIONAL, offsetof(ScenarioQuirksKeys, of[17])},
    {"redials-inbound", OPTIONAL, offsetof(ScenarioQuirksKeys, of[18])},
    {"newcomer-closes", OPTIONAL, offsetof(ScenarioQuirksKeys, of[19])},
    {"zero-code", OPTIONAL, offsetof(ScenarioQuirksKeys, of[20])},
    {"predictable-code", OPTIONAL, offsetof(ScenarioQuirksKeys, of[21])},
    {"empty-hello", OPTIONAL, offsetof(ScenarioQuirksKeys, of[22])},
    {"redial-timer", OPTIONAL, offsetof(ScenarioQuirksKeys, of[23])},
};
KEY_TABLE(scenario_quirks_table, "quirks", "/peers/GROUP/quirks", quirks_keys);

static const ScenarioKey clock_keys[] = {
    {"skew", OPTIONAL, offsetof(ScenarioClockKeys, skew)},
    {"drift_ppm", OPTIONAL, offsetof(ScenarioClockKeys, drift)},
};
KEY_TABLE(scenario_clock_table, "clock", "/peers/GROUP/clock", clock_keys);

static const ScenarioKey processing_keys[] = {
    {"header", OPTIONAL, offsetof(ScenarioProcessingKeys, header)},
    {"block", OPTIONAL, offsetof(ScenarioProcessingKeys, block)},
    {"kilobyte", OPTIONAL, offsetof(ScenarioProcessingKeys, kilobyte)},
    {"transaction", OPTIONAL, offsetof(ScenarioProcessingKeys, transaction)},
    {"fetch", OPTIONAL, offsetof(ScenarioProcessingKeys, fetch)},
};
KEY_TABLE(scenario_processing_table, "processing", "/peers/GROUP/processing", processing_keys);

static const ScenarioKey persona_keys[] = {
    {"kind", REQUIRED, offsetof(ScenarioPersonaKeys, kind)},
    {"after", OPTIONAL, offsetof(ScenarioPersonaKeys, after)},
    {"until", OPTIONAL, offsetof(ScenarioPersonaKeys, until)},
    {"every", OPTIONAL, offsetof(ScenarioPersonaKeys, every)},
    {"to", OPTIONAL, offsetof(ScenarioPersonaKeys, to)},
    {"fault", OPTIONAL, offsetof(ScenarioPersonaKeys, fault)},
    {"depth", OPTIONAL, offsetof(ScenarioPersonaKeys, depth)},
    {"count", OPTIONAL, offsetof(ScenarioPersonaKeys, count)},
    {"says", OPTIONAL, offsetof(ScenarioPersonaKeys, says)},
    {"peer", OPTIONAL, offsetof(ScenarioPersonaKeys, peer)},
    {"bytes", OPTIONAL, offsetof(ScenarioPersonaKeys, bytes)},
    {"transactions", OPTIONAL, offsetof(ScenarioPersonaKeys, transactions)},
    {"blocks", OPTIONAL, offsetof(ScenarioPersonaKeys, blocks)},
};
KEY_TABLE(scenario_persona_table, "persona", "/peers/GROUP/persona", persona_keys);

static const ScenarioKey topology_keys[] = {
    {"kind", OPTIONAL, offsetof(ScenarioTopologyKeys, kind)},
    {"connected", OPTIONAL, offsetof(ScenarioTopologyKeys, connected)},
    {"mutual", OPTIONAL, offsetof(ScenarioTopologyKeys, mutual)},
    {"center", OPTIONAL, offsetof(ScenarioTopologyKeys, center)},
    {"arity", OPTIONAL, offsetof(ScenarioTopologyKeys, arity)},
    {"width", OPTIONAL, offsetof(ScenarioTopologyKeys, width)},
    {"wrap", OPTIONAL, offsetof(ScenarioTopologyKeys, wrap)},
    {"degree", OPTIONAL, offsetof(ScenarioTopologyKeys, degree)},
    {"probability", OPTIONAL, offsetof(ScenarioTopologyKeys, probability)},
    {"mean_degree", OPTIONAL, offsetof(ScenarioTopologyKeys, mean_degree)},
    {"edges", OPTIONAL, offsetof(ScenarioTopologyKeys, edges)},
    {"rewiring", OPTIONAL, offsetof(ScenarioTopologyKeys, rewiring)},
    {"count", OPTIONAL, offsetof(ScenarioTopologyKeys, count)},
    {"between", OPTIONAL, offsetof(ScenarioTopologyKeys, between)},
    {"links", OPTIONAL, offsetof(ScenarioTopologyKeys, links)},
    {"file", OPTIONAL, offsetof(ScenarioTopologyKeys, file)},
};
KEY_TABLE(scenario_topology_table, "topology", "/topology", topology_keys);

static const ScenarioKey links_keys[] = {
    {"latency", OPTIONAL, offsetof(ScenarioLinksKeys, latency)},
    {"bandwidth", OPTIONAL, offsetof(ScenarioLinksKeys, bandwidth)},
    {"loss", OPTIONAL, offsetof(ScenarioLinksKeys, loss)},
    {"send_buffer", OPTIONAL, offsetof(ScenarioLinksKeys, send_buffer)},
    {"receive_buffer", OPTIONAL, offsetof(ScenarioLinksKeys, receive_buffer)},
    {"regions", OPTIONAL, offsetof(ScenarioLinksKeys, regions)},
    {"between", OPTIONAL, offsetof(ScenarioLinksKeys, between)},
};
KEY_TABLE(scenario_links_table, "links", "/links", links_keys);

static const ScenarioKey latency_keys[] = {
    {"uniform", OPTIONAL, offsetof(ScenarioLatencyKeys, uniform)},
    {"lognormal", OPTIONAL, offsetof(ScenarioLatencyKeys, lognormal)},
    {"normal", OPTIONAL, offsetof(ScenarioLatencyKeys, normal)},
    {"exponential", OPTIONAL, offsetof(ScenarioLatencyKeys, exponential)},
    {"pareto", OPTIONAL, offsetof(ScenarioLatencyKeys, pareto)},
    {"empirical", OPTIONAL, offsetof(ScenarioLatencyKeys, empirical)},
};
KEY_TABLE(scenario_latency_table, "latency", "/links/latency", latency_keys);

static const ScenarioKey lognormal_keys[] = {
    {"median", REQUIRED, offsetof(ScenarioLognormalKeys, median)},
    {"sigma", REQUIRED, offsetof(ScenarioLognormalKeys, sigma)},
    {"max", OPTIONAL, offsetof(ScenarioLognormalKeys, max)},
};
KEY_TABLE(scenario_lognormal_table, "lognormal", "/links/latency/lognormal", lognormal_keys);

static const ScenarioKey normal_keys[] = {
    {"mean", REQUIRED, offsetof(ScenarioNormalKeys, mean)},
    {"deviation", REQUIRED, offsetof(ScenarioNormalKeys, deviation)},
    {"min", OPTIONAL, offsetof(ScenarioNormalKeys, min)},
    {"max", OPTIONAL, offsetof(ScenarioNormalKeys, max)},
};
KEY_TABLE(scenario_normal_table, "normal", "/links/latency/normal", normal_keys);

static const ScenarioKey exponential_keys[] = {
    {"mean", REQUIRED, offsetof(ScenarioExponentialKeys, mean)},
    {"min", OPTIONAL, offsetof(ScenarioExponentialKeys, min)},
    {"max", OPTIONAL, offsetof(ScenarioExponentialKeys, max)},
};
KEY_TABLE(scenario_exponential_table, "exponential", "/links/latency/exponential",
          exponential_keys);

static const ScenarioKey pareto_keys[] = {
    {"min", REQUIRED, offsetof(ScenarioParetoKeys, min)},
    {"shape", REQUIRED, offsetof(ScenarioParetoKeys, shape)},
    {"max", OPTIONAL, offsetof(ScenarioParetoKeys, max)},
};
KEY_TABLE(scenario_pareto_table, "pareto", "/links/latency/pareto", pareto_keys);

static const ScenarioKey empirical_keys[] = {
    {"values", OPTIONAL, offsetof(ScenarioEmpiricalKeys, values)},
    {"weights", OPTIONAL, offsetof(ScenarioEmpiricalKeys, weights)},
    {"file", OPTIONAL, offsetof(ScenarioEmpiricalKeys, file)},
};
KEY_TABLE(scenario_empirical_table, "empirical", "/links/latency/empirical", empirical_keys);

static const ScenarioKey link_regions_keys[] = {
    {"table", REQUIRED, offsetof(ScenarioLinkRegionsKeys, table)},
    {"of", REQUIRED, offsetof(ScenarioLinkRegionsKeys, of)},
    {"jitter", OPTIONAL, offsetof(ScenarioLinkRegionsKeys, jitter)},
};
KEY_TABLE(scenario_link_regions_table, "link_regions", "/links/regions", link_regions_keys);

static const ScenarioKey link_rule_keys[] = {
    {"from", REQUIRED, offsetof(ScenarioLinkRuleKeys, from)},
    {"to", REQUIRED, offsetof(ScenarioLinkRuleKeys, to)},
    {"latency", OPTIONAL, offsetof(ScenarioLinkRuleKeys, latency)},
    {"bandwidth", OPTIONAL, offsetof(ScenarioLinkRuleKeys, bandwidth)},
    {"loss", OPTIONAL, offsetof(ScenarioLinkRuleKeys, loss)},
    {"send_buffer", OPTIONAL, offsetof(ScenarioLinkRuleKeys, send_buffer)},
    {"receive_buffer", OPTIONAL, offsetof(ScenarioLinkRuleKeys, receive_buffer)},
    {"one_way", OPTIONAL, offsetof(ScenarioLinkRuleKeys, one_way)},
};
KEY_TABLE(scenario_link_rule_table, "link_rule", "/links/between/INDEX", link_rule_keys);

static const ScenarioKey transactions_keys[] = {
    {"rate", OPTIONAL, offsetof(ScenarioTransactionsKeys, rate)},
    {"burst", OPTIONAL, offsetof(ScenarioTransactionsKeys, burst)},
    {"begin", OPTIONAL, offsetof(ScenarioTransactionsKeys, begin)},
    {"end", OPTIONAL, offsetof(ScenarioTransactionsKeys, end)},
    {"lifetime", OPTIONAL, offsetof(ScenarioTransactionsKeys, lifetime)},
    {"size", OPTIONAL, offsetof(ScenarioTransactionsKeys, size)},
    {"from", OPTIONAL, offsetof(ScenarioTransactionsKeys, from)},
    {"origin", OPTIONAL, offsetof(ScenarioTransactionsKeys, origin)},
};
KEY_TABLE(scenario_transactions_table, "transactions", "/transactions", transactions_keys);

static const ScenarioKey burst_keys[] = {
    {"count", REQUIRED, offsetof(ScenarioBurstKeys, count)},
    {"every", OPTIONAL, offsetof(ScenarioBurstKeys, every)},
};
KEY_TABLE(scenario_burst_table, "burst", "/transactions/burst", burst_keys);

static const ScenarioKey origin_keys[] = {
    {"weights", REQUIRED, offsetof(ScenarioOriginKeys, weights)},
};
KEY_TABLE(scenario_origin_table, "origin", "/transactions/origin", origin_keys);

static const ScenarioKey amount_keys[] = {
    {"uniform", OPTIONAL, offsetof(ScenarioAmountKeys, uniform)},
    {"values", OPTIONAL, offsetof(ScenarioAmountKeys, values)},
    {"weights", OPTIONAL, offsetof(ScenarioAmountKeys, weights)},
};
KEY_TABLE(scenario_sizes_table, "sizes", "/transactions/size", amount_keys);
KEY_TABLE(scenario_times_table, "times", "/transactions/lifetime", amount_keys);

static const ScenarioKey event_keys[] = {
    {"at", REQUIRED, offsetof(ScenarioEventKeys, at)},
    {"partition", OPTIONAL, offsetof(ScenarioEventKeys, partition)},
    {"heal", OPTIONAL, offsetof(ScenarioEventKeys, heal)},
    {"cut", OPTIONAL, offsetof(ScenarioEventKeys, cut)},
    {"mend", OPTIONAL, offsetof(ScenarioEventKeys, mend)},
    {"reset", OPTIONAL, offsetof(ScenarioEventKeys, reset)},
    {"crash", OPTIONAL, offsetof(ScenarioEventKeys, crash)},
    {"restart", OPTIONAL, offsetof(ScenarioEventKeys, restart)},
    {"stop_producing", OPTIONAL, offsetof(ScenarioEventKeys, stop_producing)},
    {"start_producing", OPTIONAL, offsetof(ScenarioEventKeys, start_producing)},
    {"set_producers", OPTIONAL, offsetof(ScenarioEventKeys, set_producers)},
    {"slow", OPTIONAL, offsetof(ScenarioEventKeys, slow)},
    {"pause", OPTIONAL, offsetof(ScenarioEventKeys, pause)},
    {"resume", OPTIONAL, offsetof(ScenarioEventKeys, resume)},
    {"skew_clock", OPTIONAL, offsetof(ScenarioEventKeys, skew_clock)},
    {"change_links", OPTIONAL, offsetof(ScenarioEventKeys, change_links)},
    {"change_peers", OPTIONAL, offsetof(ScenarioEventKeys, change_peers)},
    {"factor", OPTIONAL, offsetof(ScenarioEventKeys, factor)},
    {"skew", OPTIONAL, offsetof(ScenarioEventKeys, skew)},
    {"drift_ppm", OPTIONAL, offsetof(ScenarioEventKeys, drift)},
    {"latency", OPTIONAL, offsetof(ScenarioEventKeys, latency)},
    {"bandwidth", OPTIONAL, offsetof(ScenarioEventKeys, bandwidth)},
    {"loss", OPTIONAL, offsetof(ScenarioEventKeys, loss)},
    {"send_buffer", OPTIONAL, offsetof(ScenarioEventKeys, send_buffer)},
    {"receive_buffer", OPTIONAL, offsetof(ScenarioEventKeys, receive_buffer)},
    {"uplink", OPTIONAL, offsetof(ScenarioEventKeys, uplink)},
    {"downlink", OPTIONAL, offsetof(ScenarioEventKeys, downlink)},
    {"for", OPTIONAL, offsetof(ScenarioEventKeys, for_time)},
    {"release", OPTIONAL, offsetof(ScenarioEventKeys, release)},
    {"connections", OPTIONAL, offsetof(ScenarioEventKeys, connections)},
    {"one_way", OPTIONAL, offsetof(ScenarioEventKeys, one_way)},
    {"chain", OPTIONAL, offsetof(ScenarioEventKeys, chain)},
};
KEY_TABLE(scenario_event_table, "event", "/events/INDEX", event_keys);

static const ScenarioKey release_keys[] = {
    {"every", REQUIRED, offsetof(ScenarioReleaseKeys, every)},
    {"order", OPTIONAL, offsetof(ScenarioReleaseKeys, order)},
};
KEY_TABLE(scenario_release_table, "release", "/events/INDEX/release", release_keys);

static const ScenarioKey random_fault_keys[] = {
    {"rate", REQUIRED, offsetof(ScenarioRandomFaultKeys, rate)},
    {"from", OPTIONAL, offsetof(ScenarioRandomFaultKeys, from)},
    {"until", OPTIONAL, offsetof(ScenarioRandomFaultKeys, until)},
    {"pick", OPTIONAL, offsetof(ScenarioRandomFaultKeys, pick)},
    {"partition", OPTIONAL, offsetof(ScenarioRandomFaultKeys, partition)},
    {"cut", OPTIONAL, offsetof(ScenarioRandomFaultKeys, cut)},
    {"reset", OPTIONAL, offsetof(ScenarioRandomFaultKeys, reset)},
    {"crash", OPTIONAL, offsetof(ScenarioRandomFaultKeys, crash)},
    {"stop_producing", OPTIONAL, offsetof(ScenarioRandomFaultKeys, stop_producing)},
    {"slow", OPTIONAL, offsetof(ScenarioRandomFaultKeys, slow)},
    {"pause", OPTIONAL, offsetof(ScenarioRandomFaultKeys, pause)},
    {"skew_clock", OPTIONAL, offsetof(ScenarioRandomFaultKeys, skew_clock)},
    {"change_links", OPTIONAL, offsetof(ScenarioRandomFaultKeys, change_links)},
    {"factor", OPTIONAL, offsetof(ScenarioRandomFaultKeys, factor)},
    {"skew", OPTIONAL, offsetof(ScenarioRandomFaultKeys, skew)},
    {"drift_ppm", OPTIONAL, offsetof(ScenarioRandomFaultKeys, drift)},
    {"latency", OPTIONAL, offsetof(ScenarioRandomFaultKeys, latency)},
    {"bandwidth", OPTIONAL, offsetof(ScenarioRandomFaultKeys, bandwidth)},
    {"loss", OPTIONAL, offsetof(ScenarioRandomFaultKeys, loss)},
    {"send_buffer", OPTIONAL, offsetof(ScenarioRandomFaultKeys, send_buffer)},
    {"receive_buffer", OPTIONAL, offsetof(ScenarioRandomFaultKeys, receive_buffer)},
    {"for", OPTIONAL, offsetof(ScenarioRandomFaultKeys, for_time)},
    {"connections", OPTIONAL, offsetof(ScenarioRandomFaultKeys, connections)},
    {"one_way", OPTIONAL, offsetof(ScenarioRandomFaultKeys, one_way)},
    {"chain", OPTIONAL, offsetof(ScenarioRandomFaultKeys, chain)},
};
KEY_TABLE(scenario_random_fault_table, "random_fault", "/random_faults/INDEX", random_fault_keys);

static const ScenarioKey random_partition_keys[] = {
    {"sides", OPTIONAL, offsetof(ScenarioRandomPartitionKeys, sides)},
};
KEY_TABLE(scenario_random_partition_table, "random_partition", "/random_faults/INDEX/partition",
          random_partition_keys);

static const ScenarioKey random_time_keys[] = {
    {"uniform", OPTIONAL, offsetof(ScenarioRandomTimeKeys, uniform)},
    {"exponential", OPTIONAL, offsetof(ScenarioRandomTimeKeys, exponential)},
};
KEY_TABLE(scenario_random_time_table, "random_time", "/random_faults/INDEX/for", random_time_keys);

static const ScenarioKey random_exponential_keys[] = {
    {"mean", REQUIRED, offsetof(ScenarioExponentialKeys, mean)},
    {"min", OPTIONAL, offsetof(ScenarioExponentialKeys, min)},
    {"max", OPTIONAL, offsetof(ScenarioExponentialKeys, max)},
};
KEY_TABLE(scenario_random_exponential_table, "random_exponential",
          "/random_faults/INDEX/for/exponential", random_exponential_keys);

static const ScenarioKey expect_keys[] = {
    {"convergence", OPTIONAL, offsetof(ScenarioExpectKeys, convergence)},
    {"bad_block", OPTIONAL, offsetof(ScenarioExpectKeys, bad_block)},
    {"disconnects", OPTIONAL, offsetof(ScenarioExpectKeys, disconnects)},
    {"other_disconnects", OPTIONAL, offsetof(ScenarioExpectKeys, other_disconnects)},
    {"no_violation", OPTIONAL, offsetof(ScenarioExpectKeys, no_violation)},
    {"properties", OPTIONAL, offsetof(ScenarioExpectKeys, properties)},
    {"expect_failure", OPTIONAL, offsetof(ScenarioExpectKeys, expect_failure)},
    {"finality_conflict", OPTIONAL, offsetof(ScenarioExpectKeys, finality_conflict)},
    {"bounds", OPTIONAL, offsetof(ScenarioExpectKeys, bounds)},
    {"always", OPTIONAL, offsetof(ScenarioExpectKeys, always)},
    {"never", OPTIONAL, offsetof(ScenarioExpectKeys, never)},
    {"eventually", OPTIONAL, offsetof(ScenarioExpectKeys, eventually)},
    {"metrics", OPTIONAL, offsetof(ScenarioExpectKeys, metrics)},
};
KEY_TABLE(scenario_expect_table, "expect", "/expect", expect_keys);

static const ScenarioKey convergence_keys[] = {
    {"peers", OPTIONAL, offsetof(ScenarioConvergenceKeys, peers)},
    {"after", OPTIONAL, offsetof(ScenarioConvergenceKeys, after)},
    {"within", OPTIONAL, offsetof(ScenarioConvergenceKeys, within)},
    {"lib_within", OPTIONAL, offsetof(ScenarioConvergenceKeys, lib_within)},
};
KEY_TABLE(scenario_convergence_table, "convergence", "/expect/convergence", convergence_keys);

static const ScenarioKey disconnect_keys[] = {
    {"who", OPTIONAL, offsetof(ScenarioDisconnectKeys, who)},
    {"by", OPTIONAL, offsetof(ScenarioDisconnectKeys, by)},
    {"why", OPTIONAL, offsetof(ScenarioDisconnectKeys, why)},
    {"each", OPTIONAL, offsetof(ScenarioDisconnectKeys, each)},
    {"exactly", OPTIONAL, offsetof(ScenarioDisconnectKeys, exactly)},
    {"at_least", OPTIONAL, offsetof(ScenarioDisconnectKeys, at_least)},
    {"at_most", OPTIONAL, offsetof(ScenarioDisconnectKeys, at_most)},
    {"after", OPTIONAL, offsetof(ScenarioDisconnectKeys, after)},
    {"within", OPTIONAL, offsetof(ScenarioDisconnectKeys, within)},
};
KEY_TABLE(scenario_disconnect_table, "disconnect", "/expect/disconnects/INDEX", disconnect_keys);

static const ScenarioKey properties_keys[] = {
    {"S1", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S1])},
    {"S2", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S2])},
    {"S3", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S3])},
    {"S4", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S4])},
    {"S5", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S5])},
    {"S6", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S6])},
    {"S7", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S7])},
    {"S8", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_S8])},
    {"L1", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L1])},
    {"L2", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L2])},
    {"L3", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L3])},
    {"L4", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L4])},
    {"L5", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L5])},
    {"L6", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L6])},
    {"L7", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_L7])},
    {"C1", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C1])},
    {"C2", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C2])},
    {"C3", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C3])},
    {"C4", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C4])},
    {"C5", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C5])},
    {"C6", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C6])},
    {"C7", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_C7])},
    {"R1", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R1])},
    {"R2", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R2])},
    {"R3", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R3])},
    {"R4", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R4])},
    {"R5", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R5])},
    {"R6", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R6])},
    {"R7", OPTIONAL, offsetof(ScenarioPropertiesKeys, of[SCENARIO_PROPERTY_R7])},
};
KEY_TABLE(scenario_properties_table, "properties", "/expect/properties", properties_keys);

static const ScenarioKey bound_keys[] = {
    {"quantity", REQUIRED, offsetof(ScenarioBoundKeys, quantity)},
    {"peers", OPTIONAL, offsetof(ScenarioBoundKeys, peers)},
    {"at", OPTIONAL, offsetof(ScenarioBoundKeys, at)},
    {"at_least", OPTIONAL, offsetof(ScenarioBoundKeys, at_least)},
    {"at_most", OPTIONAL, offsetof(ScenarioBoundKeys, at_most)},
};
KEY_TABLE(scenario_bound_table, "bound", "/expect/bounds/INDEX", bound_keys);

static const ScenarioKey always_keys[] = {
    {"quantity", REQUIRED, offsetof(ScenarioAlwaysKeys, quantity)},
    {"peers", OPTIONAL, offsetof(ScenarioAlwaysKeys, peers)},
    {"at_least", OPTIONAL, offsetof(ScenarioAlwaysKeys, at_least)},
    {"at_most", OPTIONAL, offsetof(ScenarioAlwaysKeys, at_most)},
    {"from", OPTIONAL, offsetof(ScenarioAlwaysKeys, from)},
    {"until", OPTIONAL, offsetof(ScenarioAlwaysKeys, until)},
};
KEY_TABLE(scenario_always_table, "always", "/expect/always/INDEX", always_keys);

static const ScenarioKey eventually_keys[] = {
    {"quantity", REQUIRED, offsetof(ScenarioEventuallyKeys, quantity)},
    {"peers", OPTIONAL, offsetof(ScenarioEventuallyKeys, peers)},
    {"at_least", OPTIONAL, offsetof(ScenarioEventuallyKeys, at_least)},
    {"at_most", OPTIONAL, offsetof(ScenarioEventuallyKeys, at_most)},
    {"from", OPTIONAL, offsetof(ScenarioEventuallyKeys, from)},
    {"within", OPTIONAL, offsetof(ScenarioEventuallyKeys, within)},
};
KEY_TABLE(scenario_eventually_table, "eventually", "/expect/eventually/INDEX", eventually_keys);

static const ScenarioKey metric_keys[] = {
    {"metric", REQUIRED, offsetof(ScenarioMetricKeys, metric)},
    {"percentile", OPTIONAL, offsetof(ScenarioMetricKeys, percentile)},
    {"statistic", OPTIONAL, offsetof(ScenarioMetricKeys, statistic)},
    {"at_least", OPTIONAL, offsetof(ScenarioMetricKeys, at_least)},
    {"at_most", OPTIONAL, offsetof(ScenarioMetricKeys, at_most)},
};
KEY_TABLE(scenario_metric_table, "metric", "/expect/metrics/INDEX", metric_keys);

const ScenarioKeyTable *const scenario_key_tables[] = {
    &scenario_root_table,
    &scenario_chain_table,
    &scenario_irreversibility_table,
    &scenario_block_table,
    &scenario_group_table,
    &scenario_clock_table,
    &scenario_processing_table,
    &scenario_persona_table,
    &scenario_topology_table,
    &scenario_links_table,
    &scenario_latency_table,
    &scenario_lognormal_table,
    &scenario_normal_table,
    &scenario_exponential_table,
    &scenario_pareto_table,
    &scenario_empirical_table,
    &scenario_link_regions_table,
    &scenario_link_rule_table,
    &scenario_transactions_table,
    &scenario_burst_table,
    &scenario_origin_table,
    &scenario_sizes_table,
    &scenario_times_table,
    &scenario_event_table,
    &scenario_release_table,
    &scenario_random_fault_table,
    &scenario_random_partition_table,
    &scenario_random_time_table,
    &scenario_random_exponential_table,
    &scenario_expect_table,
    &scenario_convergence_table,
    &scenario_disconnect_table,
    &scenario_properties_table,
    &scenario_quirks_table,
    &scenario_bound_table,
    &scenario_always_table,
    &scenario_eventually_table,
    &scenario_metric_table,
    NULL,
};
