/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "scenarios/loader.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

static void assert_set(const ScenarioPeerSet *set, uint32_t count, const uint32_t *peers)
{
    ck_assert_uint_eq(set->count, count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(set->peers[i], peers[i]);
    }
}

START_TEST(every_default)
{
    g_autoptr(Scenario) s = load(MINIMAL);

    ck_assert_str_eq(s->path, "folder/test.json");
    ck_assert_str_eq(s->name, "test");
    ck_assert_str_eq(s->description, "");
    ck_assert_uint_eq(s->seed, 1);
    ck_assert_int_eq(s->duration_ns, 10 * S);
    ck_assert_uint_eq(s->chain.rule, SCENARIO_RULE_DPOS);
    ck_assert_uint_eq(s->chain.start_height, 1);
    ck_assert_ptr_null(s->chain.blocks_log);
    ck_assert_uint_eq(s->wire, SCENARIO_WIRE_STRUCTURED);
    ck_assert_uint_eq(s->driver, SCENARIO_DRIVER_SIMULATOR);
    ck_assert(!s->steps);
    ck_assert_uint_eq(s->n_groups, 1);
    ck_assert_uint_eq(s->n_peers, 1);
    ck_assert_uint_eq(s->n_producers, 1);
    ck_assert_uint_eq(s->producers[0], 0);
    ck_assert_uint_eq(s->n_links, 0);
    ck_assert_uint_eq(s->n_events, 0);
    ck_assert_uint_eq(s->link_model.latency.kind, SCENARIO_LATENCY_CONSTANT);
    ck_assert_int_eq(s->link_model.latency.a_ns, 50 * MS);
    ck_assert_uint_eq(s->link_model.bandwidth_bytes_per_s, 0);
    ck_assert_uint_eq(s->link_model.send_buffer_bytes, 1048576);
    ck_assert_uint_eq(s->link_model.receive_buffer_bytes, 1048576);
    ck_assert_uint_eq(s->n_streams, 0);
    ck_assert_uint_eq(s->chain.block.max_bytes, 16000000);
    ck_assert_uint_eq(s->chain.block.max_transactions, 1000);
    ck_assert_int_eq(s->chain.block.filler_bytes.a, 0);
    ck_assert(s->expect.convergence);
    ck_assert_int_eq(s->expect.convergence_within_ns, SCENARIO_TIME_NONE);
    ck_assert_int_eq(s->expect.lib_within_ns, SCENARIO_TIME_NONE);
    ck_assert_uint_eq(s->expect.bad_block.count, 0);
    ck_assert(s->expect.no_violation);
    ck_assert_uint_eq(s->expect.n_bounds, 0);
}
END_TEST

START_TEST(group_defaults)
{
    g_autoptr(Scenario) s = load(MINIMAL);
    const ScenarioGroup *group = &s->groups[0];

    ck_assert_str_eq(group->name, "bp");
    ck_assert_uint_eq(group->first, 0);
    ck_assert_uint_eq(group->count, 1);
    ck_assert(group->produces);
    ck_assert(!group->follow_irreversible);
    ck_assert(!group->no_trx);
    ck_assert(!group->from_genesis);
    ck_assert_int_eq(group->start_ns, 0);
    ck_assert_int_eq(group->idle_timeout_ns, 30 * S);
    ck_assert_int_eq(group->processing.header_ns, 50 * US);
    ck_assert_int_eq(group->processing.block_ns, 500 * US);
    ck_assert_int_eq(group->processing.kilobyte_ns, 0);
    ck_assert_int_eq(group->processing.transaction_ns, 20 * US);
    ck_assert_int_eq(group->processing.fetch_ns, 0);
    ck_assert_uint_eq(group->n_personas, 0);
}
END_TEST

START_TEST(every_root_key)
{
    g_autoptr(Scenario) s = load(
        "// a comment\n"
        "{\"$schema\": \"x\", \"name\": \"caf\\u00e9\", \"description\": \"Line\\nline\","
        " \"seed\": 18446744073709551615, \"duration\": \"8784h\","
        " \"chain\": {\"irreversibility\": {\"depth\": 1000000}, \"start_height\": 1000000},"
        " \"peers\": {\"relay\": {\"count\": 2}, \"bp\": {\"count\": 125, \"produces\": true}},"
        " \"topology\": {\"kind\": \"star\", \"center\": \"bp[0]\"},"
        " \"links\": {\"latency\": {\"uniform\": [\"1ns\", \"1h\"]}, \"bandwidth\": \"1000GB/s\","
        "  \"send_buffer\": \"1KiB\", \"receive_buffer\": 1073741824},"
        " \"transactions\": {\"rate\": \"1000000/s\", \"lifetime\": \"1h\", \"size\": \"64KiB\","
        "  \"from\": [\"bp[124]\", \"relay\", \"relay[0..1]\"]}}");

    ck_assert_str_eq(s->name, "caf\xC3\xA9");
    ck_assert_str_eq(s->description, "Line\nline");
    ck_assert_uint_eq(s->seed, UINT64_MAX);
    ck_assert_int_eq(s->duration_ns, SCENARIO_DURATION_MAX_NS);
    ck_assert_uint_eq(s->chain.rule, SCENARIO_RULE_DEPTH);
    ck_assert_uint_eq(s->chain.depth, 1000000);
    ck_assert_uint_eq(s->chain.start_height, SCENARIO_START_HEIGHT_MAX);
    ck_assert_uint_eq(s->n_peers, 127);
    ck_assert_uint_eq(s->n_producers, SCENARIO_PRODUCERS_MAX);
    ck_assert_uint_eq(s->producers[0], 2);
    ck_assert_uint_eq(s->producers[124], 126);
    ck_assert_uint_eq(s->n_links, 126);
    ck_assert_uint_eq(s->links[0].from, 2);
    ck_assert_uint_eq(s->links[0].to, 0);
    ck_assert_uint_eq(s->links[2].from, 3);
    ck_assert_uint_eq(s->links[2].to, 2);
    ck_assert_uint_eq(s->link_model.latency.kind, SCENARIO_LATENCY_UNIFORM);
    ck_assert_int_eq(s->link_model.latency.a_ns, 1);
    ck_assert_int_eq(s->link_model.latency.b_ns, SCENARIO_LATENCY_MAX_NS);
    ck_assert_uint_eq(s->link_model.bandwidth_bytes_per_s, SCENARIO_BANDWIDTH_MAX_BYTES_PER_S);
    ck_assert_uint_eq(s->link_model.send_buffer_bytes, 1024);
    ck_assert_uint_eq(s->link_model.receive_buffer_bytes, 1073741824);
    ck_assert_uint_eq(s->n_streams, 1);
    ck_assert_uint_eq(s->streams[0].rate_per_s_micro, UINT64_C(1000000000000));
    ck_assert_int_eq(s->streams[0].lifetime_ns.a, 3600 * S);
    ck_assert_int_eq(s->streams[0].size_bytes.a, 65536);
    assert_set(&s->streams[0].from, 3, (const uint32_t[]){0, 1, 126});
}
END_TEST

START_TEST(every_group_key)
{
    g_autoptr(Scenario) s = load(
        "{\"duration\": \"60s\", \"peers\": {\"bp\": {\"produces\": true, \"chain\": \"full\"},"
        " \"odd-one_2\": {\"count\": 3, \"produces\": false, \"bnet-follow-irreversible\": true,"
        "  \"bnet-no-trx\": true, \"chain\": \"genesis\", \"start\": \"60s\","
        "  \"idle_timeout\": \"none\", \"processing\": {\"header\": \"1us\", \"block\": \"2us\","
        "  \"transaction\": \"0s\", \"fetch\": \"1h\"}, \"persona\": {\"kind\": \"invalid-block\","
        "  \"fault\": \"signature\", \"after\": \"60s\"}}}}");
    const ScenarioGroup *group = &s->groups[1];

    ck_assert_str_eq(group->name, "odd-one_2");
    ck_assert_uint_eq(group->first, 1);
    ck_assert_uint_eq(group->count, 3);
    ck_assert(!group->produces);
    ck_assert(group->follow_irreversible);
    ck_assert(group->no_trx);
    ck_assert(group->from_genesis);
    ck_assert_int_eq(group->start_ns, 60 * S);
    ck_assert_int_eq(group->idle_timeout_ns, SCENARIO_TIME_NONE);
    ck_assert_int_eq(group->processing.header_ns, US);
    ck_assert_int_eq(group->processing.block_ns, 2 * US);
    ck_assert_int_eq(group->processing.transaction_ns, 0);
    ck_assert_int_eq(group->processing.fetch_ns, 3600 * S);
    ck_assert_uint_eq(group->n_personas, 1);
    ck_assert_uint_eq(group->personas[0].kind, SCENARIO_PERSONA_INVALID_BLOCK);
    ck_assert_uint_eq(group->personas[0].fault, SCENARIO_FAULT_SIGNATURE);
    ck_assert_int_eq(group->personas[0].after_ns, 60 * S);
}
END_TEST

START_TEST(peers_have_groups_and_names)
{
    g_autoptr(Scenario) s = load("{\"duration\": \"1s\", \"peers\": {\"a\": {\"produces\": true},"
                                 " \"b\": {\"count\": 2}, \"c\": {}}}");
    static const char *const names[] = {"a", "b[0]", "b[1]", "c"};
    static const uint32_t groups[] = {0, 1, 1, 2};

    for (uint32_t peer = 0; peer < 4; peer++) {
        g_autofree char *name = scenario_peer_name(s, peer);

        ck_assert_str_eq(name, names[peer]);
        ck_assert_ptr_eq(scenario_group_of(s, peer), &s->groups[groups[peer]]);
    }
}
END_TEST

START_TEST(the_other_latencies_and_rules)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"1s\", \"peers\": {\"a\": {\"produces\": true}},"
             " \"chain\": {\"irreversibility\": \"none\"},"
             " \"links\": {\"bandwidth\": \"unlimited\", \"latency\": {\"lognormal\":"
             " {\"median\": \"40ms\", \"sigma\": 0.500001}}}}");

    ck_assert_uint_eq(s->chain.rule, SCENARIO_RULE_NONE);
    ck_assert_uint_eq(s->link_model.bandwidth_bytes_per_s, 0);
    ck_assert_uint_eq(s->link_model.latency.kind, SCENARIO_LATENCY_LOGNORMAL);
    ck_assert_int_eq(s->link_model.latency.a_ns, 40 * MS);
    ck_assert_uint_eq(s->link_model.latency.shape_ppm, 500001);

    g_autoptr(Scenario) t =
        load("{\"duration\": \"1s\", \"peers\": {\"a\": {\"produces\": true}},"
             " \"chain\": {\"irreversibility\": \"dpos\"},"
             " \"links\": {\"latency\": {\"lognormal\": {\"median\": \"40ms\", \"sigma\": 5}}}}");

    ck_assert_uint_eq(t->chain.rule, SCENARIO_RULE_DPOS);
    ck_assert_uint_eq(t->link_model.latency.shape_ppm, 5000000);
}
END_TEST

START_TEST(events_in_order_of_time)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"60s\","
             " \"peers\": {\"bp\": {\"count\": 3, \"produces\": true}, \"r\": {\"count\": 2}},"
             " \"events\": ["
             "  {\"at\": \"60s\", \"heal\": true},"
             "  {\"at\": \"10s\", \"crash\": [\"r\", \"bp[1]\"]},"
             "  {\"at\": \"20s\", \"restart\": \"r[0]\", \"chain\": \"lose\"},"
             "  {\"at\": \"20s\", \"restart\": \"r[1]\", \"chain\": \"keep\"},"
             "  {\"at\": \"10s\", \"partition\": [[\"bp[0]\", \"r[1]\"], \"bp[2]\"],"
             "   \"connections\": \"reset\"},"
             "  {\"at\": \"5s\", \"stop_producing\": \"bp\"},"
             "  {\"at\": \"6s\", \"start_producing\": \"bp[0..1]\"}]}");
    static const ScenarioEventKind kinds[] = {
        SCENARIO_EVENT_STOP_PRODUCING, SCENARIO_EVENT_START_PRODUCING, SCENARIO_EVENT_CRASH,
        SCENARIO_EVENT_PARTITION,      SCENARIO_EVENT_RESTART,         SCENARIO_EVENT_RESTART,
        SCENARIO_EVENT_HEAL,
    };
    static const int64_t times_s[] = {5, 6, 10, 10, 20, 20, 60};
    static const uint32_t sides[] = {0, 2, 1, 2, 0};

    ck_assert_uint_eq(s->n_events, 7);
    for (uint32_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(s->events[i].kind, kinds[i]);
        ck_assert_int_eq(s->events[i].at_ns, times_s[i] * S);
        ck_assert((s->events[i].sides != NULL) == (kinds[i] == SCENARIO_EVENT_PARTITION));
    }
    assert_set(&s->events[0].peers, 3, (const uint32_t[]){0, 1, 2});
    assert_set(&s->events[1].peers, 2, (const uint32_t[]){0, 1});
    assert_set(&s->events[2].peers, 3, (const uint32_t[]){1, 3, 4});
    ck_assert_mem_eq(s->events[3].sides, sides, sizeof sides);
    ck_assert_uint_eq(s->events[3].connections, SCENARIO_CONNECTIONS_RESET);
    ck_assert(s->events[4].lose_chain);
    assert_set(&s->events[4].peers, 1, (const uint32_t[]){3});
    ck_assert(!s->events[5].lose_chain);
    ck_assert_uint_eq(s->events[6].connections, SCENARIO_CONNECTIONS_HOLD);
}
END_TEST

/* The end of an event is one of its own, before what begins at its time. */
START_TEST(events_with_an_end)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"60s\","
             " \"peers\": {\"bp\": {\"count\": 3, \"produces\": true}, \"r\": {\"count\": 2}},"
             " \"events\": ["
             "  {\"at\": \"20s\", \"crash\": \"r\", \"for\": \"40s\"},"
             "  {\"at\": \"10s\", \"crash\": \"r\", \"for\": \"10s\", \"chain\": \"lose\"},"
             "  {\"at\": \"15s\", \"cut\": [\"bp\", [\"r\", \"bp[1]\"]], \"one_way\": true,"
             "   \"connections\": \"lose\", \"for\": \"1ns\"}]}");
    static const ScenarioEventKind kinds[] = {
        SCENARIO_EVENT_CRASH,   SCENARIO_EVENT_CUT,   SCENARIO_EVENT_MEND,
        SCENARIO_EVENT_RESTART, SCENARIO_EVENT_CRASH, SCENARIO_EVENT_RESTART,
    };
    static const int64_t times_ns[] = {10 * S, 15 * S, 15 * S + 1, 20 * S, 20 * S, 60 * S};
    static const uint32_t ends[] = {
        SCENARIO_EVENT_NONE, SCENARIO_EVENT_NONE, 1, 0, SCENARIO_EVENT_NONE, 4};

    ck_assert_uint_eq(s->n_events, 6);
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(s->events[i].kind, kinds[i]);
        ck_assert_int_eq(s->events[i].at_ns, times_ns[i]);
        ck_assert_uint_eq(s->events[i].ends, ends[i]);
        ck_assert((s->events[i].peers.count == 0) == (ends[i] != SCENARIO_EVENT_NONE));
    }
    assert_set(&s->events[1].peers, 3, (const uint32_t[]){0, 1, 2});
    assert_set(&s->events[1].others, 3, (const uint32_t[]){1, 3, 4});
    ck_assert(s->events[1].one_way);
    ck_assert_uint_eq(s->events[1].connections, SCENARIO_CONNECTIONS_LOSE);
    ck_assert(s->events[3].lose_chain);
    ck_assert(!s->events[5].lose_chain);
}
END_TEST

START_TEST(a_peer_can_crash_when_it_starts)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"9s\", \"peers\": {\"bp\": {\"produces\": true},"
             " \"r\": {\"start\": \"5s\"}}, \"events\": [{\"at\": \"5s\", \"crash\": \"r\"},"
             " {\"at\": \"6s\", \"restart\": \"r\"}, {\"at\": \"6s\", \"crash\": \"r\"}]}");

    ck_assert_uint_eq(s->n_events, 3);
}
END_TEST

START_TEST(partitions_with_all_peers_named)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"9s\", \"peers\": {\"bp\": {\"count\": 2, \"produces\": true}},"
             " \"events\": [{\"at\": \"1s\", \"partition\": [\"bp[1]\", \"bp[0]\"]}]}");

    ck_assert_uint_eq(s->events[0].sides[0], 1);
    ck_assert_uint_eq(s->events[0].sides[1], 0);
    ck_assert_uint_eq(s->events[0].connections, SCENARIO_CONNECTIONS_HOLD);
}
END_TEST

START_TEST(every_expectation)
{
    g_autoptr(Scenario) s =
        load("{\"duration\": \"60s\", \"peers\": {\"bp\": {\"count\": 2, \"produces\": true},"
             " \"m\": {\"persona\": {\"kind\": \"invalid-block\", \"fault\": \"producer\","
             "  \"after\": \"40s\"}}},\n"
             " \"expect\": {\"convergence\": {\"within\": \"20s\", \"lib_within\": \"1ns\"},\n"
             " \"bad_block\": \"m\", \"no_violation\": false, \"bounds\": [\n"
             "  {\"quantity\": \"lib\", \"peers\": \"bp[1]\", \"at\": \"30s\", \"at_least\": 5,"
             "   \"at_most\": 5},\n"
             "  {\"quantity\": \"notices_received\", \"at_most\": 18446744073709551615}]}}");
    const ScenarioExpect *expect = &s->expect;

    ck_assert(expect->convergence);
    ck_assert_int_eq(expect->convergence_within_ns, 20 * S);
    ck_assert_int_eq(expect->lib_within_ns, 1);
    assert_set(&expect->bad_block, 1, (const uint32_t[]){2});
    ck_assert(!expect->no_violation);
    ck_assert_uint_eq(expect->n_bounds, 2);
    ck_assert_uint_eq(expect->bounds[0].quantity, SCENARIO_QUANTITY_LIB);
    assert_set(&expect->bounds[0].peers, 1, (const uint32_t[]){1});
    ck_assert_int_eq(expect->bounds[0].at_ns, 30 * S);
    ck_assert_uint_eq(expect->bounds[0].limits.at_least, 5);
    ck_assert_uint_eq(expect->bounds[0].limits.at_most, 5);
    ck_assert_uint_eq(expect->bounds[0].line, 4);
    ck_assert_uint_eq(expect->bounds[1].quantity, SCENARIO_QUANTITY_NOTICES_RECEIVED);
    assert_set(&expect->bounds[1].peers, 3, (const uint32_t[]){0, 1, 2});
    ck_assert_int_eq(expect->bounds[1].at_ns, 60 * S);
    ck_assert_uint_eq(expect->bounds[1].limits.at_least, 0);
    ck_assert_uint_eq(expect->bounds[1].limits.at_most, UINT64_MAX);
    ck_assert_uint_eq(expect->bounds[1].line, 5);
}
END_TEST

START_TEST(every_quantity)
{
    static const char *const words[] = {"head",
                                        "lib",
                                        "fork_switches",
                                        "blocks_received",
                                        "transactions_received",
                                        "notices_received",
                                        "messages_received",
                                        "bytes_received",
                                        "head_lag",
                                        "lib_lag",
                                        "fork_depth",
                                        "sessions",
                                        "waiting_transactions",
                                        "known_transactions",
                                        "block_status"};

    for (uint32_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *bound =
            g_strdup_printf("{\"quantity\": \"%s\", \"at_least\": 1}", words[i]);
        const ScenarioOverride overrides[] = {{"/expect", "{\"bounds\": []}"},
                                              {"/expect/bounds/-", bound}};
        g_autoptr(Scenario) s = load_with(MINIMAL, overrides, 2);

        ck_assert_uint_eq(s->expect.bounds[0].quantity, i);
        ck_assert_uint_eq(s->expect.bounds[0].line, 0);
    }
}
END_TEST

START_TEST(no_convergence_expected)
{
    const ScenarioOverride override = {"/expect", "{\"convergence\": false, \"bad_block\": []}"};
    g_autoptr(Scenario) s = load_with(MINIMAL, &override, 1);

    ck_assert(!s->expect.convergence);
    ck_assert_uint_eq(s->expect.bad_block.count, 0);
}
END_TEST

START_TEST(edge_lists)
{
    const char *path = "tests/data/scenarios/edge-list.json";
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) s = scenario_load(path, NULL, 0, &error);
    static const ScenarioLink expected[] = {
        {3, 0, 0}, {0, 1, 1000}, {2, 1, SCENARIO_LATENCY_MAX_NS}, {3, 2, 40 * MS}};

    ck_assert_msg(s != NULL, "%s", error == NULL ? "" : error->message);
    ck_assert_uint_eq(s->n_links, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(s->links[i].from, expected[i].from);
        ck_assert_uint_eq(s->links[i].to, expected[i].to);
        ck_assert_int_eq(s->links[i].latency_ns, expected[i].latency_ns);
    }
}
END_TEST

/* Line ends of Windows, no line end at the end, and the absolute path of a file. */
START_TEST(edge_lists_from_elsewhere)
{
    g_autofree char *path = NULL;
    const int file = g_file_open_tmp("XXXXXX.edges", &path, NULL);

    ck_assert_int_ge(file, 0);
    g_close(file, NULL);
    ck_assert(g_file_set_contents(path, "2 1\r\n0 1 5\r\n", -1, NULL));
    g_autofree char *topology =
        g_strdup_printf("{\"kind\": \"edge-list\", \"file\": \"%s\"}", path);
    const ScenarioOverride overrides[] = {{"/peers/bp/count", "2"}, {"/topology", topology}};
    g_autoptr(Scenario) s = load_with(MINIMAL, overrides, 2);

    ck_assert_uint_eq(s->n_links, 1);
    ck_assert_int_eq(s->links[0].latency_ns, 5000);
    ck_assert(g_file_set_contents(path, "2 1\n0 1 5", -1, NULL));
    g_autoptr(Scenario) t = load_with(MINIMAL, overrides, 2);

    ck_assert_int_eq(t->links[0].latency_ns, 5000);
    g_unlink(path);
}
END_TEST

START_TEST(the_seed_makes_the_random_topology)
{
    const char *json =
        "{\"duration\": \"1s\", \"peers\": {\"bp\": {\"count\": 20, \"produces\": true}},"
        " \"topology\": {\"kind\": \"random-regular\", \"degree\": 4}}";
    const ScenarioOverride seed = {"/seed", "2"};
    g_autoptr(Scenario) a = load(json);
    g_autoptr(Scenario) b = load(json);
    g_autoptr(Scenario) c = load_with(json, &seed, 1);

    ck_assert_uint_eq(a->n_links, 40);
    ck_assert_mem_eq(a->links, b->links, 40 * sizeof *a->links);
    ck_assert_mem_ne(a->links, c->links, 40 * sizeof *a->links);
}
END_TEST

/* ---- Overrides ------------------------------------------------------------------------------- */

START_TEST(overrides_set_values)
{
    const ScenarioOverride overrides[] = {
        {"/seed", "77"},
        {"/name", "no JSON, so a string"},
        {"/description", "\"JSON \\u0041\""},
        {"/duration", "20s"},
        {"/peers/bp/count", "3"},
        {"/peers/relay", "{\"count\": 1 /* also comments */}"},
        {"/peers/relay/count", "2"},
        {"/links", "{}"},
        {"/links/latency", "{\"uniform\": [\"1ms\", \"2ms\"]}"},
        {"/links/latency/uniform/1", "3ms"},
        {"/events", "[]"},
        {"/events/-", "{\"at\": \"1s\", \"crash\": \"relay[1]\"}"},
        {"/events/-", "{\"at\": \"2s\", \"restart\": \"relay[1]\"}"},
        {"/events/0/at", "1500ms"},
    };
    g_autoptr(Scenario) s = load_with(MINIMAL, overrides, G_N_ELEMENTS(overrides));

    ck_assert_uint_eq(s->seed, 77);
    ck_assert_str_eq(s->name, "no JSON, so a string");
    ck_assert_str_eq(s->description, "JSON A");
    ck_assert_int_eq(s->duration_ns, 20 * S);
    ck_assert_uint_eq(s->n_peers, 5);
    ck_assert_int_eq(s->link_model.latency.a_ns, MS);
    ck_assert_int_eq(s->link_model.latency.b_ns, 3 * MS);
    ck_assert_uint_eq(s->n_events, 2);
    ck_assert_int_eq(s->events[0].at_ns, 1500 * MS);
}
END_TEST

START_TEST(overrides_that_are_wrong)
{
    static const struct {
        ScenarioOverride override;
        const char *message;
    } cases[] = {
        {{"seed", "1"},
         "--set seed: a JSON pointer begins with '/', such as /seed or /links/latency"},
        {{"", "1"}, "--set : a JSON pointer begins with '/', such as /seed or /links/latency"},
        {{"/links/latency", "5ms"},
         "--set /links/latency: /links does not exist; only the last key of a pointer may be new"},
        {{"/duration/x", "1"}, "--set /duration/x: /duration is a string and has no \"x\""},
        {{"/duration/x/y", "1"},
         "--set /duration/x/y: /duration/x does not exist; only the last key of a pointer may be "
         "new"},
        {{"/se~2ed", "1"},
         "--set /se~2ed: a '~' in a pointer must be ~0 (for '~') or ~1 (for '/')"},
        {{"/seed", "-1"}, "--set /seed: -1 is out of range; allowed is 0 to 18446744073709551615"},
        {{"/seed", "one"},
         "--set /seed: must be an integer from 0 to 18446744073709551615, not a string"},
        {{"/seed", ""},
         "--set /seed: must be an integer from 0 to 18446744073709551615, not a string"},
        {{"/seed", "1e99999"},
         "--set /seed: must be an integer from 0 to 18446744073709551615, not a number with a "
         "fraction or exponent"},
        {{"/links", "{\"latency\": }"},
         "--set /links: column 13 of the value: expected a value, found '}'"},
        {{"/links", "{\"latency\": 5}"},
         "--set /links: /links/latency: must be a duration such as \"40ms\", or an object such as "
         "{\"uniform\": [\"10ms\", \"200ms\"]}, not an integer"},
        {{"/name", "\xFF"}, "--set /name: the value is not valid UTF-8"},
        {{"/sed", "1"},
         "--set /sed: unknown key \"sed\"; did you mean \"seed\"? allowed are \"$schema\", "
         "\"name\", \"description\", \"include\", \"params\", \"seed\", \"duration\", \"chain\", "
         "\"peers\", \"topology\", \"links\", \"wire\", \"driver\", \"steps\", \"transactions\", "
         "\"events\", "
         "\"random_faults\", \"expect\""},
        {{"/peers/bp/count", "0"},
         "--set /peers/bp/count: 0 is out of range; allowed is 1 to 1000000"},
        {{"/include", "other.json"},
         "--set /include: what a scenario includes is for its file alone to say"},
        {{"/include/0", "other.json"},
         "--set /include/0: what a scenario includes is for its file alone to say"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_refused(MINIMAL, &cases[i].override, 1, cases[i].message);
    }
}
END_TEST

START_TEST(all_wrong_overrides_are_told)
{
    const ScenarioOverride overrides[] = {
        {"seed", "1"},
        {"/seed", "2"},
        {"/links/latency", "5ms"},
    };

    assert_refused(
        MINIMAL, overrides, G_N_ELEMENTS(overrides),
        "--set seed: a JSON pointer begins with '/', such as /seed or /links/latency\n"
        "--set /links/latency: /links does not exist; only the last key of a pointer may be new");
}
END_TEST

START_TEST(overrides_of_array_elements)
{
    const char *json = "{\"duration\": \"9s\", \"peers\": {\"bp\": {\"produces\": true}},"
                       " \"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 1}]}}";
    const ScenarioOverride good = {"/expect/bounds/0/at_least", "2"};
    const ScenarioOverride beyond = {"/expect/bounds/1", "2"};
    const ScenarioOverride padded = {"/expect/bounds/00", "2"};
    g_autoptr(Scenario) s = load_with(json, &good, 1);

    ck_assert_uint_eq(s->expect.bounds[0].limits.at_least, 2);
    assert_refused(json, &beyond, 1,
                   "--set /expect/bounds/1: \"1\" is no element of /expect/bounds, which has 1; "
                   "\"-\" appends one");
    assert_refused(json, &padded, 1,
                   "--set /expect/bounds/00: \"00\" is no element of /expect/bounds, which has 1; "
                   "\"-\" appends one");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_loader");
    TCase *tcase = tcase_create("loader");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_default);
    tcase_add_test(tcase, group_defaults);
    tcase_add_test(tcase, every_root_key);
    tcase_add_test(tcase, every_group_key);
    tcase_add_test(tcase, peers_have_groups_and_names);
    tcase_add_test(tcase, the_other_latencies_and_rules);
    tcase_add_test(tcase, events_in_order_of_time);
    tcase_add_test(tcase, events_with_an_end);
    tcase_add_test(tcase, a_peer_can_crash_when_it_starts);
    tcase_add_test(tcase, partitions_with_all_peers_named);
    tcase_add_test(tcase, every_expectation);
    tcase_add_test(tcase, every_quantity);
    tcase_add_test(tcase, no_convergence_expected);
    tcase_add_test(tcase, edge_lists);
    tcase_add_test(tcase, edge_lists_from_elsewhere);
    tcase_add_test(tcase, the_seed_makes_the_random_topology);
    tcase_add_test(tcase, overrides_set_values);
    tcase_add_test(tcase, overrides_that_are_wrong);
    tcase_add_test(tcase, all_wrong_overrides_are_told);
    tcase_add_test(tcase, overrides_of_array_elements);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
