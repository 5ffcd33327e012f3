/* SPDX-License-Identifier: Apache-2.0 */

/* What a scenario becomes with the files that it includes. */

#include <errno.h>
#include <stdlib.h>

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>

#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

#define PEERS "\"peers\": {\"bp\": {\"count\": 2, \"produces\": true}}"

static char *folder; /* of the test's files */

static void setup(void)
{
    folder = g_dir_make_tmp("bnetlab-include-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
}

/* Folders of the tests are one level deep. */
static void remove_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *entry = g_build_filename(path, name, NULL);

        if (g_file_test(entry, G_FILE_TEST_IS_DIR)) {
            remove_folder(entry);
        } else {
            g_unlink(entry);
        }
    }
    g_rmdir(path);
}

static void teardown(void)
{
    remove_folder(folder);
    g_free(folder);
}

static void put(const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);

    ck_assert_int_eq(g_mkdir_with_parents(parent, 0700), 0);
    ck_assert(g_file_set_contents(path, text, -1, NULL));
}

/* Loads what `put` has written. */
static Scenario *load_file_with(const char *name, const ScenarioOverride *overrides, size_t n)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(path, overrides, n, &error);

    ck_assert_msg(scenario != NULL, "%s", error == NULL ? "no error" : error->message);
    return scenario;
}

static Scenario *load_file(const char *name)
{
    return load_file_with(name, NULL, 0);
}

/* ---- Merging --------------------------------------------------------------------------------- */

START_TEST(a_scenario_may_be_all_in_its_part)
{
    put("whole.json", "{\"name\": \"whole\", \"description\": \"All.\", \"seed\": 7,"
                      " \"duration\": \"10s\", " PEERS "}");
    put("variant.json", "{\"include\": \"whole.json\"}");
    g_autoptr(Scenario) s = load_file("variant.json");

    ck_assert_uint_eq(s->seed, 7);
    ck_assert_int_eq(s->duration_ns, 10 * S);
    ck_assert_uint_eq(s->n_peers, 2);
    /* These say something of their file, not of the scenario. */
    ck_assert_str_eq(s->name, "variant");
    ck_assert_str_eq(s->description, "");
}
END_TEST

START_TEST(later_files_win_and_the_including_one_wins)
{
    put("a.part.json", "{\"seed\": 1, \"duration\": \"1s\", \"wire\": \"bytes\", " PEERS "}");
    put("b.part.json", "{\"seed\": 2, \"duration\": \"2s\"}");
    put("c.json", "{\"duration\": \"3s\", \"include\": [\"a.part.json\", \"b.part.json\"]}");
    g_autoptr(Scenario) s = load_file("c.json");

    ck_assert_uint_eq(s->seed, 2);
    ck_assert_int_eq(s->duration_ns, 3 * S);
    ck_assert_uint_eq(s->wire, SCENARIO_WIRE_BYTES);
}
END_TEST

START_TEST(objects_are_merged_and_included_groups_come_first)
{
    put("a.part.json", "{\"peers\": {\"relay\": {\"count\": 3, \"start\": \"5s\"},"
                       " \"bp\": {\"produces\": true}}}");
    put("b.part.json", "{\"peers\": {\"late\": {\"start\": \"6s\"}, \"relay\": {\"count\": 4}}}");
    put("c.json", "{\"include\": [\"a.part.json\", \"b.part.json\"], \"duration\": \"10s\","
                  " \"peers\": {\"own\": {}, \"relay\": {\"bnet-no-trx\": true}}}");
    g_autoptr(Scenario) s = load_file("c.json");
    static const char *const names[] = {"relay", "bp", "late", "own"};

    ck_assert_uint_eq(s->n_groups, G_N_ELEMENTS(names));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        ck_assert_str_eq(s->groups[i].name, names[i]);
    }
    ck_assert_uint_eq(s->groups[0].count, 4);
    ck_assert_int_eq(s->groups[0].start_ns, 5 * S);
    ck_assert(s->groups[0].no_trx);
    ck_assert_uint_eq(s->groups[1].first, 4);
    ck_assert(s->groups[1].produces);
    ck_assert_uint_eq(s->groups[3].first, 6);
}
END_TEST

START_TEST(lists_are_joined)
{
    put("a.part.json", "{\"events\": [{\"at\": \"1s\", \"crash\": \"bp[0]\"}],"
                       " \"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 1}]},"
                       " \"links\": {\"between\": [{\"from\": \"bp\", \"to\": \"bp\","
                       "  \"latency\": \"1ms\"}]}}");
    put("b.part.json", "{\"events\": [{\"at\": \"1s\", \"crash\": \"bp[1]\"}],"
                       " \"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 2}]}}");
    put("c.json", "{\"include\": [\"a.part.json\", \"b.part.json\"], \"duration\": \"10s\", " PEERS
                  ", \"events\": [{\"at\": \"1s\", \"stop_producing\": \"bp\"}],"
                  " \"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 3}]},"
                  " \"links\": {\"between\": [{\"from\": \"bp\", \"to\": \"bp\","
                  "  \"latency\": \"2ms\", \"one_way\": true}]}}");
    g_autoptr(Scenario) s = load_file("c.json");

    /* Events of one time are in the order of the whole. */
    ck_assert_uint_eq(s->n_events, 3);
    ck_assert_uint_eq(s->events[0].peers.peers[0], 0);
    ck_assert_uint_eq(s->events[1].peers.peers[0], 1);
    ck_assert_uint_eq(s->events[2].kind, SCENARIO_EVENT_STOP_PRODUCING);
    ck_assert_uint_eq(s->expect.n_bounds, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(s->expect.bounds[i].limits.at_least, i + 1);
    }
}
END_TEST

/* What an empty list of one's own adds to those of the parts. */
START_TEST(other_arrays_are_replaced)
{
    put("a.part.json", "{\"duration\": \"10s\", " PEERS ","
                       " \"transactions\": {\"rate\": \"1/s\", \"from\": [\"bp[0]\"]},"
                       " \"events\": [{\"at\": \"1s\", \"crash\": \"bp[0]\"}],"
                       " \"expect\": {\"bad_block\": [\"bp[0]\"]}}");
    put("b.json", "{\"include\": \"a.part.json\", \"transactions\": {\"from\": [\"bp[1]\"]},"
                  " \"events\": [], \"expect\": {\"bad_block\": [\"bp[1]\"]}}");
    g_autoptr(Scenario) s = load_file("b.json");

    ck_assert_uint_eq(s->streams[0].from.count, 1);
    ck_assert_uint_eq(s->streams[0].from.peers[0], 1);
    ck_assert_uint_eq(s->expect.bad_block.count, 1);
    ck_assert_uint_eq(s->expect.bad_block.peers[0], 1);
    ck_assert_uint_eq(s->n_events, 1);
}
END_TEST

START_TEST(a_choice_is_replaced_as_a_whole)
{
    put("a.part.json", "{\"duration\": \"10s\", \"peers\": {\"bp\": {\"count\": 6,"
                       " \"produces\": true}},"
                       " \"topology\": {\"kind\": \"random-regular\", \"degree\": 2,"
                       "  \"connected\": false},"
                       " \"links\": {\"latency\": {\"uniform\": [\"1ms\", \"2ms\"]}}}");
    put("kind.json", "{\"include\": \"a.part.json\", \"topology\": {\"kind\": \"ring\"},"
                     " \"links\": {\"latency\": {\"exponential\": {\"mean\": \"5ms\"}}}}");
    put("no-kind.json", "{\"include\": \"a.part.json\", \"topology\": {\"degree\": 4}}");
    g_autoptr(Scenario) ring = load_file("kind.json");
    g_autoptr(Scenario) denser = load_file("no-kind.json");

    ck_assert_uint_eq(ring->n_links, 6);
    ck_assert_uint_eq(ring->link_model.latency.kind, SCENARIO_LATENCY_EXPONENTIAL);
    ck_assert_uint_eq(denser->n_links, 12);
    ck_assert_uint_eq(denser->link_model.latency.kind, SCENARIO_LATENCY_UNIFORM);
}
END_TEST

START_TEST(latency_and_regions_replace_each_other)
{
    put("latency.part.json", "{\"links\": {\"latency\": \"5ms\", \"bandwidth\": \"1MB/s\"}}");
    put("regions.part.json",
        "{\"links\": {\"regions\": {\"table\": \"aws16\", \"of\": \"even\"}}}");
    put("a.json", "{\"include\": [\"latency.part.json\", \"regions.part.json\"],"
                  " \"duration\": \"10s\", " PEERS "}");
    put("b.json", "{\"include\": [\"regions.part.json\", \"latency.part.json\"],"
                  " \"duration\": \"10s\", " PEERS "}");
    g_autoptr(Scenario) regions = load_file("a.json");
    g_autoptr(Scenario) latency = load_file("b.json");

    ck_assert_ptr_nonnull(regions->ways);
    ck_assert_uint_eq(regions->link_model.bandwidth_bytes_per_s, 1000000);
    ck_assert_ptr_null(latency->ways);
    ck_assert_int_eq(latency->link_model.latency.a_ns, 5 * MS);
}
END_TEST

/* What a key means is a matter of its place: parameters and groups have names of the user's. */
START_TEST(names_of_the_user_are_no_choices)
{
    put("part.part.json", "{\"params\": {\"latency\": \"7ms\", \"kind\": 3},"
                          " \"peers\": {\"latency\": {\"count\": 2, \"idle_timeout\": \"5s\"},"
                          " \"kind\": {}}, \"links\": {\"latency\": \"$latency\"}}");
    put("main.json", "{\"include\": \"part.part.json\", \"duration\": \"10s\","
                     " \"params\": {\"regions\": 4, \"kind\": 1},"
                     " \"peers\": {\"bp\": {\"count\": \"$kind\", \"produces\": true},"
                     " \"latency\": {\"count\": \"$regions\"}, \"regions\": {}, \"kind\": {}}}");
    g_autoptr(Scenario) s = load_file("main.json");

    ck_assert_uint_eq(s->n_groups, 4);
    ck_assert_uint_eq(s->n_peers, 7);
    ck_assert_str_eq(s->groups[0].name, "latency");
    ck_assert_uint_eq(s->groups[0].count, 4);
    ck_assert_int_eq(s->groups[0].idle_timeout_ns, 5 * S);
    ck_assert_int_eq(s->link_model.latency.a_ns, 7 * MS);
}
END_TEST

START_TEST(distributions_of_amounts_are_choices)
{
    put("part.part.json",
        "{\"chain\": {\"block\": {\"filler\": {\"uniform\": [64, 100]}}},"
        " \"transactions\": {\"rate\": \"1/s\", \"size\": {\"uniform\": [100, 200]},"
        " \"lifetime\": {\"values\": [\"1s\", \"2s\"], \"weights\": [1, 2]}}}");
    put("main.json", "{\"include\": \"part.part.json\", \"duration\": \"10s\", " PEERS ","
                     " \"chain\": {\"block\": {\"filler\": {\"values\": [70]}}},"
                     " \"transactions\": {\"size\": {\"values\": [300]},"
                     " \"lifetime\": {\"uniform\": [\"3s\", \"4s\"]}}}");
    g_autoptr(Scenario) s = load_file("main.json");

    ck_assert_uint_eq(s->n_streams, 1);
    ck_assert_uint_eq(s->streams[0].rate_per_s_micro, 1000000);
    ck_assert_int_eq(s->streams[0].size_bytes.kind, SCENARIO_AMOUNT_SAMPLE);
    ck_assert_int_eq(s->streams[0].lifetime_ns.kind, SCENARIO_AMOUNT_UNIFORM);
    ck_assert_int_eq(s->streams[0].lifetime_ns.b, 4 * S);
    ck_assert_int_eq(s->chain.block.filler_bytes.kind, SCENARIO_AMOUNT_SAMPLE);
}
END_TEST

/* They are who must agree, not demands. */
START_TEST(peers_of_a_convergence_are_replaced)
{
    put("part.part.json",
        "{\"expect\": {\"convergence\": {\"peers\": [\"bp[0]\"], \"within\": \"5s\"}}}");
    put("main.json", "{\"include\": \"part.part.json\", \"duration\": \"10s\", " PEERS ","
                     " \"expect\": {\"convergence\": {\"peers\": [\"bp[1]\"]}}}");
    g_autoptr(Scenario) s = load_file("main.json");

    ck_assert_uint_eq(s->expect.n_convergences, 1);
    ck_assert_int_eq(s->expect.convergences[0].within_ns, 5 * S);
    ck_assert_uint_eq(s->expect.convergences[0].peers.count, 1);
    ck_assert_uint_eq(s->expect.convergences[0].peers.peers[0], 1);
}
END_TEST

START_TEST(values_of_other_types_are_replaced)
{
    put("a.part.json", "{\"duration\": \"10s\", " PEERS ", \"events\": {\"at\": \"1s\"},"
                       " \"links\": 5, \"expect\": {\"convergence\": {\"within\": \"1h\"}}}");
    put("b.json", "{\"include\": \"a.part.json\", \"events\": [], \"links\": {},"
                  " \"expect\": {\"convergence\": false}}");
    g_autoptr(Scenario) s = load_file("b.json");

    ck_assert_uint_eq(s->n_events, 0);
    ck_assert(!s->expect.convergence);
}
END_TEST

/* ---- Files ----------------------------------------------------------------------------------- */

/* A name is from the folder of the file that says it, also where a parameter does. */
START_TEST(files_are_found_from_where_they_are_named)
{
    put("deep/edges.txt", "2 1\n0 1\n");
    put("deep/net.part.json", "{\"topology\": {\"kind\": \"edge-list\", \"file\": \"edges.txt\"}}");
    put("base.part.json",
        "{\"include\": \"deep/net.part.json\", \"duration\": \"10s\", " PEERS "}");
    put("deep/named.part.json", "{\"params\": {\"file\": \"edges.txt\"}}");
    put("named.json", "{\"include\": [\"base.part.json\", \"deep/named.part.json\"],"
                      " \"topology\": {\"file\": \"$file\"}}");
    put("far/away.json", "{\"include\": \"../base.part.json\"}");
    g_autoptr(Scenario) s = load_file("far/away.json");
    g_autoptr(Scenario) named = load_file("named.json");

    ck_assert_uint_eq(s->n_links, 1);
    ck_assert_uint_eq(named->n_links, 1);
}
END_TEST

START_TEST(overrides_are_laid_over_the_whole)
{
    put("a.part.json", "{\"events\": [{\"at\": \"1s\", \"crash\": \"bp[0]\"}]}");
    put("b.json", "{\"include\": \"a.part.json\", \"duration\": \"10s\", " PEERS ","
                  " \"events\": [{\"at\": \"5s\", \"crash\": \"bp[1]\"}]}");
    const ScenarioOverride first = {"/events/0/at", "3s"};
    g_autoptr(Scenario) s = load_file_with("b.json", &first, 1);

    ck_assert_int_eq(s->events[0].at_ns, 3 * S);
    ck_assert_uint_eq(s->events[0].peers.peers[0], 0);
    ck_assert_int_eq(s->events[1].at_ns, 5 * S);
}
END_TEST

/* A diamond is no circle; what happens in a part included twice happens twice. */
START_TEST(a_file_included_twice_counts_twice)
{
    put("a.part.json", "{\"expect\": {\"bounds\": [{\"quantity\": \"head\", \"at_least\": 1}]}}");
    put("b.part.json", "{\"include\": \"a.part.json\"}");
    put("c.json",
        "{\"include\": [\"a.part.json\", \"b.part.json\"], \"duration\": \"1s\", " PEERS "}");
    g_autoptr(Scenario) s = load_file("c.json");

    ck_assert_uint_eq(s->expect.n_bounds, 2);
}
END_TEST

START_TEST(a_mistake_names_its_own_file)
{
    g_autoptr(GError) error = NULL;

    put("a.part.json", "{\n  \"events\": [{\"at\": \"1s\", \"crash\": \"bq\"}]}");
    put("b.json", "{\"include\": \"a.part.json\", \"duration\": \"10s\", " PEERS ","
                  " \"events\": [{\"at\": \"11s\", \"crash\": \"bp\"}]}");
    g_autofree char *path = g_build_filename(folder, "b.json", NULL);
    g_autofree char *expected = g_strdup_printf(
        "%s/b.json:1:114: /events/1/at: \"11s\" is out of range; allowed is 0s to 10s, the "
        "duration of the run\n"
        "%s/a.part.json:2:36: /events/0/crash: there is no group \"bq\"; did you mean \"bp\"? the "
        "groups are \"bp\"",
        folder, folder);

    ck_assert_ptr_null(scenario_load(path, NULL, 0, &error));
    ck_assert_str_eq(error->message, expected);
}
END_TEST

/* A scenario of the library: most of it is of presets, with parameters of its own. */
START_TEST(the_library_has_one_of_parts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Scenario) s =
        scenario_load("scenarios/faults/worldwide-crashes.json", NULL, 0, &error);
    uint32_t n_crashes = 0;
    uint32_t n_pauses = 0;

    ck_assert_msg(s != NULL, "%s", error == NULL ? "" : error->message);
    ck_assert_uint_eq(s->n_producers, 21);
    ck_assert_uint_eq(s->n_peers, 31);
    ck_assert_uint_eq(s->chain.start_height, 756);
    for (uint32_t i = 0; i < s->n_events; i++) {
        n_crashes += s->events[i].kind == SCENARIO_EVENT_CRASH ? 1u : 0u;
        n_pauses += s->events[i].kind == SCENARIO_EVENT_PAUSE ? 1u : 0u;
        ck_assert_int_le(s->events[i].at_ns, 20 * S);
    }
    ck_assert_uint_ge(n_crashes, 4);
    ck_assert_uint_ge(n_pauses, 1);
}
END_TEST

/* ---- Bounds ---------------------------------------------------------------------------------- */

/* An array of `n` numbers, which is more than n values. */
static char *many_values(uint32_t n)
{
    GString *out = g_string_new("{\"events\": [0");

    for (uint32_t i = 1; i < n; i++) {
        g_string_append(out, ",0");
    }
    g_string_append(out, "]}");
    return g_string_free(out, FALSE);
}

START_TEST(values_of_all_files_are_counted_together)
{
    g_autofree char *half = many_values(SCENARIO_VALUES_MAX / 2);
    g_autofree char *path = g_build_filename(folder, "b.json", NULL);
    g_autoptr(GError) error = NULL;

    put("a.part.json", half);
    put("b.json", "{\"include\": [\"a.part.json\", \"a.part.json\"], \"duration\": \"1s\"}");
    ck_assert_ptr_null(scenario_load(path, NULL, 0, &error));
    ck_assert(g_str_has_suffix(error->message, "there may be 1000000 values at most"));
}
END_TEST

START_TEST(bytes_of_all_files_are_counted_together)
{
    const size_t half = SCENARIO_FILE_BYTES_MAX / 2;
    g_autofree char *blank = g_strnfill(half, ' ');
    g_autofree char *path = g_build_filename(folder, "b.json", NULL);
    g_autoptr(GError) error = NULL;

    blank[0] = '{';
    blank[1] = '}';
    put("a.part.json", blank);
    put("b.json", "{\"include\": [\"a.part.json\", \"a.part.json\"], \"duration\": \"1s\"}");
    ck_assert_ptr_null(scenario_load(path, NULL, 0, &error));
    ck_assert(g_str_has_suffix(error->message, "a.part.json: the file is too large; at most "
                                               "67108864 bytes are allowed in all files of a "
                                               "scenario"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario_include");
    TCase *tcase = tcase_create("include");

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_scenario_may_be_all_in_its_part);
    tcase_add_test(tcase, later_files_win_and_the_including_one_wins);
    tcase_add_test(tcase, objects_are_merged_and_included_groups_come_first);
    tcase_add_test(tcase, lists_are_joined);
    tcase_add_test(tcase, other_arrays_are_replaced);
    tcase_add_test(tcase, a_choice_is_replaced_as_a_whole);
    tcase_add_test(tcase, latency_and_regions_replace_each_other);
    tcase_add_test(tcase, names_of_the_user_are_no_choices);
    tcase_add_test(tcase, distributions_of_amounts_are_choices);
    tcase_add_test(tcase, peers_of_a_convergence_are_replaced);
    tcase_add_test(tcase, values_of_other_types_are_replaced);
    tcase_add_test(tcase, files_are_found_from_where_they_are_named);
    tcase_add_test(tcase, overrides_are_laid_over_the_whole);
    tcase_add_test(tcase, a_file_included_twice_counts_twice);
    tcase_add_test(tcase, a_mistake_names_its_own_file);
    tcase_add_test(tcase, the_library_has_one_of_parts);
    tcase_add_test(tcase, values_of_all_files_are_counted_together);
    tcase_add_test(tcase, bytes_of_all_files_are_counted_together);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
