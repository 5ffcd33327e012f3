/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations that part; whether all is quiet; what is refused; a run that is stopped. */
#include <signal.h>

#include <glib/gstdio.h>

#include "sim/parity/quiet.h"
#include "sim/parity/refusal.h"
#include "sim/parity/script.h"
#include "sim/parity/talk.h"
#include "tests/loader_fixture.h"
#include "tests/run_suite.h"

/* --- talk ------------------------------------------------------------------------------------ */

static void say(ParityTalk *talk, uint32_t link, uint32_t way, const char *words)
{
    g_ptr_array_add(parity_talk_newest(talk, link)->said[way], g_strdup(words));
}

START_TEST(talks_part)
{
    g_autoptr(ParityTalk) a = parity_talk_new(2);
    g_autoptr(ParityTalk) b = parity_talk_new(2);
    ParityParting parting;
    ck_assert(!parity_talk_parting(a, b, &parting));
    parity_talk_open(a, 1);
    parity_talk_open(b, 1);
    say(a, 1, 1, "x");
    say(b, 1, 1, "x");
    ck_assert(!parity_talk_parting(a, b, &parting));
    say(b, 1, 1, "y");
    ck_assert(parity_talk_parting(a, b, &parting));
    ck_assert_uint_eq(parting.link, 1);
    ck_assert_uint_eq(parting.connection, 0);
    ck_assert_uint_eq(parting.way, 1);
    ck_assert_uint_eq(parting.message, 1);
    ck_assert_ptr_null(parting.said[0]);
    ck_assert_str_eq(parting.said[1], "y");
    say(a, 1, 1, "z");
    ck_assert(parity_talk_parting(a, b, &parting));
    ck_assert_str_eq(parting.said[0], "z");
    ck_assert_uint_eq(parity_talk_count(a), 2);
}
END_TEST

/* --- quiet ----------------------------------------------------------------------------------- */

#define END_A                                                                                      \
    "{\"dialling\":0,\"sessions\":[{\"remote\":\"x:1\",\"local\":\"y:2\",\"dialled\":false,"       \
    "\"ready\":true,\"writing\":false,\"sent\":3,\"received\":4}]}"

static bool is_quiet(const char *b)
{
    struct json_object *answers[3] = {json_tokener_parse(END_A), NULL, json_tokener_parse(b)};
    const bool is = parity_quiet_is(answers, 3);
    (void)json_object_put(answers[0]);
    (void)json_object_put(answers[2]);
    return is;
}

#define END_B(dialling, remote, ready, writing, sent, received)                                    \
    "{\"dialling\":" dialling ",\"sessions\":[{\"remote\":\"" remote                               \
    "\",\"local\":\"x:1\",\"dialled\":true,\"ready\":" ready ",\"writing\":" writing               \
    ",\"sent\":" sent ",\"received\":" received "}]}"

START_TEST(is_quiet_or_not)
{
    ck_assert(is_quiet(END_B("0", "y:2", "true", "false", "4", "3")));
    ck_assert(!is_quiet(END_B("1", "y:2", "true", "false", "4", "3")));
    ck_assert(!is_quiet(END_B("0", "y:3", "true", "false", "4", "3")));
    ck_assert(!is_quiet(END_B("0", "y:2", "false", "false", "4", "3")));
    ck_assert(!is_quiet(END_B("0", "y:2", "true", "true", "4", "3")));
    ck_assert(!is_quiet(END_B("0", "y:2", "true", "false", "5", "3")));
    ck_assert(!is_quiet(END_B("0", "y:2", "true", "false", "4", "2")));
    ck_assert(!is_quiet("{\"dialling\":0,\"sessions\":[]}"));
}
END_TEST

/* --- what cannot be done --------------------------------------------------------------------- */

#define PEERS "\"duration\": \"20s\", \"peers\": {\"bp\": {\"produces\": true}, \"b\": {%s}}"

/* `group` are keys of peer b, `more` keys of the scenario, which begin with a comma. */
static void check_refused(const char *group, const char *more, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *peers = g_strdup_printf(PEERS, group);
    g_autofree char *json = g_strconcat("{", peers, more, "}", NULL);
    g_autoptr(Scenario) scenario = load(json);
    const bool is_fit = parity_refusal_check(scenario, &error);
    if (message == NULL) {
        ck_assert_msg(is_fit, "%s", error ? error->message : "");
        return;
    }
    ck_assert_msg(!is_fit, "%s is not refused", json);
    ck_assert_str_eq(error->message, message);
}

START_TEST(refuses_links)
{
    check_refused("", "", NULL);
    check_refused("", ", \"links\": {\"latency\": \"1s\"}", NULL);
    check_refused("\"count\": 63", ", \"topology\": {\"kind\": \"line\"}", NULL);
    check_refused("\"count\": 64", ", \"topology\": {\"kind\": \"line\"}",
                  "/peers: over sockets there are at most 64 peers, each a process");
    check_refused("\"count\": 32", "", "/topology: over sockets there are at most 512 links");
    check_refused("\"count\": 31", "", NULL);
    check_refused("", ", \"links\": {\"latency\": {\"uniform\": [\"1ms\", \"2ms\"]}}",
                  "/links/latency: over sockets allowed is a duration, of which only the simulator "
                  "takes notice");
    check_refused("", ", \"links\": {\"bandwidth\": \"1MB/s\"}",
                  "/links/bandwidth: over sockets allowed is \"unlimited\"");
    check_refused("", ", \"links\": {\"loss\": 0.1}", "/links/loss: over sockets allowed is 0");
    check_refused("", ", \"links\": {\"send_buffer\": \"1KiB\"}",
                  "/links/send_buffer: over sockets allowed is \"1MiB\"");
    check_refused("", ", \"links\": {\"receive_buffer\": \"1KiB\"}",
                  "/links/receive_buffer: over sockets allowed is \"1MiB\"");
    check_refused("",
                  ", \"links\": {\"between\": [{\"from\": \"bp\", \"to\": \"b\", "
                  "\"latency\": \"1s\"}]}",
                  "/links: over sockets there are neither \"between\" nor \"regions\"");
}
END_TEST

START_TEST(refuses_chain)
{
    check_refused("", ", \"chain\": {\"start_height\": 10000}", NULL);
    check_refused("", ", \"chain\": {\"start_height\": 10001}",
                  "/chain/start_height: over sockets allowed are 1 to 10000");
    check_refused("", ", \"chain\": {\"irreversibility\": \"none\"}",
                  "/chain/irreversibility: over sockets allowed is \"dpos\"");
    g_autofree char *log = g_canonicalize_filename("tests/data/conform/blocks.log", NULL);
    g_autofree char *with_log = g_strdup_printf(", \"chain\": {\"blocks_log\": \"%s\"}", log);
    check_refused("", with_log,
                  "/chain/blocks_log: over sockets there is none: nobody has the keys of its "
                  "producers");
}
END_TEST

START_TEST(refuses_peers)
{
    check_refused("\"profile\": \"eosio-1.7\"", "", NULL);
    check_refused("\"quirks\": {\"busy-fetch\": true}", "",
                  "/peers/b/quirks: over sockets there are all quirks, by \"profile\": "
                  "\"eosio-1.7\", or none");
    check_refused("\"clock\": {\"skew\": \"1s\"}", "",
                  "/peers/b/clock: over sockets all clocks are right");
    check_refused(
        "\"idle_timeout\": \"10s\"", "",
        "/peers/b/idle_timeout: over sockets allowed is \"30s\", and nobody is closed for "
        "silence");
    check_refused("\"uplink\": \"1MB/s\"", "",
                  "/peers/b/uplink: over sockets allowed is \"unlimited\"");
    check_refused("\"downlink\": \"1MB/s\"", "",
                  "/peers/b/downlink: over sockets allowed is \"unlimited\"");
    check_refused(
        "\"processing\": {\"fetch\": \"1ms\"}", "",
        "/peers/b/processing: over sockets work takes as long as it takes: allowed are the "
        "defaults");
    check_refused("\"persona\": {\"kind\": \"invalid-block\", \"fault\": \"timestamp\"}", "", NULL);
    check_refused("\"persona\": {\"kind\": \"mute\"}", "",
                  "/peers/b/persona: over sockets allowed is \"invalid-block\"");
    check_refused("\"persona\": {\"kind\": \"invalid-block\", \"fault\": \"unlinkable\"}", "",
                  "/peers/b/persona: over sockets an invalid block has a \"fault\" other than "
                  "\"unlinkable\", and the \"depth\" 0");
    check_refused("\"persona\": {\"kind\": \"invalid-block\", \"fault\": \"signature\", "
                  "\"to\": \"bp\"}",
                  "", "/peers/b/persona: over sockets there is no \"to\"");
}
END_TEST

static void check_event(const char *event, const char *message)
{
    g_autofree char *more = g_strdup_printf(", \"events\": [{\"at\": \"1s\", %s}]", event);
    g_autofree char *whole =
        message ? g_strconcat("/events, at 1.000 s: over sockets ", message, NULL) : NULL;
    check_refused("", more, whole);
}

START_TEST(refuses_events)
{
    check_event("\"cut\": [\"bp\", \"b\"], \"connections\": \"reset\"", NULL);
    check_event("\"cut\": [\"bp\", \"b\"]", "a partition or a cut says \"connections\": \"reset\"");
    check_event("\"partition\": [\"bp\"], \"connections\": \"lose\"",
                "a partition or a cut says \"connections\": \"reset\"");
    check_event("\"partition\": [\"bp\"], \"connections\": \"reset\", \"one_way\": true",
                "a partition or a cut is not \"one_way\"");
    check_event("\"slow\": \"b\", \"factor\": 2, \"for\": \"1s\"", "there is no slow");
    check_event("\"pause\": \"b\"", "there is no pause");
    check_event("\"skew_clock\": \"b\", \"skew\": \"1s\"", "there is no skew_clock");
    check_event("\"change_links\": [\"bp\", \"b\"], \"loss\": 0.1", "there is no change_links");
    check_event("\"change_peers\": \"b\", \"uplink\": \"1MB/s\"", "there is no change_peers");
    check_event("\"crash\": \"b\", \"for\": \"1s\"", NULL);
    check_event("\"reset\": [\"bp\", \"b\"]", NULL);
    check_event("\"stop_producing\": \"bp\"", NULL);
    check_refused("", ", \"expect\": {\"expect_failure\": \"S5\"}",
                  "/expect/expect_failure: over sockets allowed are the properties that are judged "
                  "there");
    check_refused("", ", \"expect\": {\"expect_failure\": \"S4\"}", NULL);
    check_refused("", ", \"expect\": {\"finality_conflict\": true}",
                  "/expect/finality_conflict: over sockets allowed is false");
}
END_TEST

/* --- a run that is stopped -------------------------------------------------------------------- */

START_TEST(stops_in_the_simulator)
{
    g_autoptr(GError) error = NULL;
    static const char json[] =
        "{\"duration\": \"30min\", \"peers\": {\"bp\": {\"produces\": true}, \"b\": {}}}";
    g_autofree char *folder = g_dir_make_tmp("bnetlab-parity-XXXXXX", NULL);
    g_autoptr(Scenario) scenario = load(json);
    ParityChain chain;
    gint stop = SIGINT;
    ck_assert(parity_chain_make(scenario, folder, &chain, NULL));
    ck_assert_ptr_null(parity_script_new(scenario, &chain, &stop, &error));
    ck_assert_str_eq(error->message, "stopped");
    stop = 0;
    g_autoptr(ParityScript) script = parity_script_new(scenario, &chain, &stop, NULL);
    ck_assert_ptr_nonnull(script);
    ck_assert_int_eq(g_unlink(chain.log_path) | g_unlink(chain.genesis_path) | g_rmdir(folder), 0);
    parity_chain_clear(&chain);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parity");
    TCase *tcase = tcase_create("parity");
    tcase_add_test(tcase, talks_part);
    tcase_add_test(tcase, is_quiet_or_not);
    tcase_add_test(tcase, refuses_links);
    tcase_add_test(tcase, refuses_chain);
    tcase_add_test(tcase, refuses_peers);
    tcase_add_test(tcase, refuses_events);
    tcase_add_test(tcase, stops_in_the_simulator);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
