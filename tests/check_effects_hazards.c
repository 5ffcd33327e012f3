/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each hazard of the deployed plugin, H1 to H20, in the library's scenarios: with the quirk the run
 * is as it says (a property fails, or what is expected of the symptom holds) and the trace has the
 * symptom; as documented nothing fails, and the trace has none. Run from the project's root.
 */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define MS INT64_C(1000000)
#define S (1000 * MS)
#define END INT64_MAX

/* --- reading traces -------------------------------------------------------------------------- */

static int64_t closed(const TraceRun *run, const char *by, const char *who, const char *why)
{
    return trace_count(run, 0, END,
                       TRACE("what", "closed", "peer", by, "remote", who, "reason", why));
}

static int64_t blocks(const TraceRun *run, const char *from, const char *to, int64_t from_ns,
                      int64_t to_ns)
{
    return trace_count(
        run, from_ns, to_ns,
        TRACE("what", "sent", "peer", from, "remote", to, "message", "signed_block"));
}

/* The longest time between two lines that fit. */
static int64_t longest_gap_ns(const TraceRun *run, const char *const *pairs)
{
    int64_t longest_ns = 0;
    int64_t last_ns = -1;
    for (guint i = trace_find(run, 0, pairs); i < run->lines->len;
         i = trace_find(run, i + 1, pairs)) {
        const int64_t time_ns = trace_number(run->lines->pdata[i], "t");
        if (last_ns >= 0)
            longest_ns = MAX(longest_ns, time_ns - last_ns);
        last_ns = time_ns;
    }
    return longest_ns;
}

static bool fails(const TraceRun *run, const char *property)
{
    for (uint32_t i = 0; i < run->result->n_checks; i++)
        if (g_str_equal(run->result->checks[i].id, property))
            return run->result->checks[i].verdict == SIM_VERDICT_FAIL;
    return false;
}

/* --- symptoms -------------------------------------------------------------------------------- */

/* Time that the run did not come to. */
static int64_t h01(const TraceRun *run)
{
    return run->scenario->duration_ns - run->result->simulated_ns;
}

/* Blocks that are sent in the slot in which they are made. */
static int64_t h02(const TraceRun *run)
{
    int64_t n = 0;
    for (int slot = 1; slot < 80; slot++) {
        g_autofree char *number = g_strdup_printf("%d", 200 + slot);
        n += trace_count(run, 0, slot * 500 * MS + 400 * MS,
                         TRACE("what", "sent", "remote", "archive", "message", "signed_block",
                               "number", number));
    }
    return n;
}

static int64_t h03(const TraceRun *run)
{
    return longest_gap_ns(run, TRACE("what", "sent", "peer", "bp", "message", "signed_block"));
}

/* What waits is in no trace: the check sees it. */
static int64_t h04(const TraceRun *run)
{
    return fails(run, "R2");
}

static int64_t h05(const TraceRun *run)
{
    return closed(run, "bp[0]", "mallory", "bad-block") == 0;
}

/* Blocks that a peer could not link, or had said to have. */
static int64_t h06(const TraceRun *run)
{
    return fails(run, "S1") +
           trace_count(run, 0, END, TRACE("what", "verdict", "verdict", "unlinkable"));
}

/* Leaves that nothing is told of the hub: no ping goes out, and none gives it up. */
static int64_t h07(const TraceRun *run)
{
    const uint32_t pings =
        trace_count(run, 11 * S, END, TRACE("what", "sent", "peer", "leaf[1]", "message", "ping"));
    return pings == 0 && closed(run, "leaf[1]", "hub", "dead") == 0;
}

/* Slots without a block, of those before anybody dials again. */
static int64_t h08(const TraceRun *run)
{
    return 18 - blocks(run, "bp", "relay", 500 * MS, 9500 * MS);
}

static int64_t h09(const TraceRun *run)
{
    return closed(run, "bp[0]", "polite", "malformed");
}

/* Blocks that the newcomer lacks. */
static int64_t h10(const TraceRun *run)
{
    return 99 - blocks(run, "bp[0]", "newcomer", 0, END) -
           blocks(run, "bp[1]", "newcomer", 0, END) - blocks(run, "bp[2]", "newcomer", 0, END);
}

static int64_t h11(const TraceRun *run)
{
    return blocks(run, "relay[0]", "relay[1]", 0, END) +
           blocks(run, "relay[1]", "relay[0]", 0, END);
}

/* Messages of mallory's that the producer takes in more than the latency after they were sent. */
static int64_t h12(const TraceRun *run)
{
    const char *const *sent =
        TRACE("what", "sent", "peer", "mallory", "remote", "bp", "message", "ping");
    int64_t n = 0;
    for (guint i = trace_find(run, 0, sent); i < run->lines->len;
         i = trace_find(run, i + 1, sent)) {
        const char *code = trace_text(run->lines->pdata[i], "code");
        const guint taken = trace_find(
            run, i, TRACE("what", "delivered", "peer", "bp", "message", "ping", "code", code));
        n += taken < run->lines->len && trace_number(run->lines->pdata[taken], "t") >
                                            trace_number(run->lines->pdata[i], "t") + 41 * MS;
    }
    return n;
}

static int64_t h13(const TraceRun *run)
{
    return longest_gap_ns(
        run, TRACE("what", "sent", "peer", "bp", "remote", "relay", "message", "signed_block"));
}

/* The stranger is answered, and who says hello twice stays. */
static int64_t h14(const TraceRun *run)
{
    const guint ping = trace_find(
        run, 0, TRACE("what", "sent", "peer", "bp[0]", "remote", "stranger", "message", "pong"));
    return (ping < run->lines->len) - closed(run, "bp[0]", "repeater", "protocol");
}

/* Of two who are guilty one is cut off in the end. */
static int64_t h15(const TraceRun *run)
{
    const int64_t at_ns = trace_number(
        run->lines->pdata[trace_find(run, 0, TRACE("what", "closed", "reason", "bad-block"))], "t");
    return 2 - trace_count(run, at_ns, at_ns + 1,
                           TRACE("what", "closed", "peer", "bp[0]", "reason", "bad-block"));
}

/* Transactions that the wallet has and the producer never gets. */
static int64_t h16(const TraceRun *run)
{
    return (int64_t)trace_count(run, 0, END, TRACE("what", "trx", "peer", "wallet")) -
           trace_count(run, 0, END, TRACE("what", "trx", "peer", "bp"));
}

static int64_t h17(const TraceRun *run)
{
    return trace_count(run, 0, END,
                       TRACE("what", "sent", "peer", "relay", "remote", "wallet", "message",
                             "packed_transaction"));
}

/* How far the last ping is behind the LIB at the end. */
static int64_t h18(const TraceRun *run)
{
    const char *const *ping = TRACE("what", "sent", "peer", "bp[0]", "message", "ping");
    int64_t told = 0;
    for (guint i = trace_find(run, 0, ping); i < run->lines->len; i = trace_find(run, i + 1, ping))
        told = trace_number(run->lines->pdata[i], "lib");
    return run->result->peers[0].lib_number - told;
}

static int64_t h19(const TraceRun *run)
{
    return trace_count(run, 0, END, TRACE("what", "opened", "peer", "relay")) - 2;
}

static int64_t h20(const TraceRun *run)
{
    return closed(run, "bp", "relay", "redundant");
}

/* --- all of them ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int64_t (*symptom)(const TraceRun *run);
    int64_t with;                /* at least so much with the quirk */
    int64_t without;             /* at most so much as documented */
    ScenarioOverride documented; /* what else is expected as documented */
} hazards[] = {
    {"h01-busy-fetch", h01, 18 * S, 0, {NULL, NULL}},
    {"h02-reversible-to-follower", h02, 20, 0, {NULL, NULL}},
    {"h03-ping-blocks-sending", h03, 4 * S, 500 * MS, {NULL, NULL}},
    {"h04-unbounded-status", h04, 1, 0, {"/params/status", "0"}},
    {"h05-evadable-blame", h05, 1, 0, {NULL, NULL}},
    {"h06-unlinked-send", h06, 1, 0, {NULL, NULL}},
    {"h07-no-timer", h07, 1, 0, {"/params/found_dead", "3"}},
    {"h08-both-close", h08, 18, 0, {NULL, NULL}},
    {"h09-trx-notice-closes", h09, 1, 0, {NULL, NULL}},
    {"h10-silent-until-block", h10, 99, 0, {NULL, NULL}},
    {"h11-late-notice", h11, 50, 0, {NULL, NULL}},
    {"h12-one-behind", h12, 5, 0, {"/params/closed", "1"}},
    {"h13-close-waits", h13, 19 * S, 500 * MS, {"/params/lag", "1"}},
    {"h14-early-messages", h14, 1, -1, {"/params/closed", "2"}},
    {"h15-blames-last-sender", h15, 1, 0, {NULL, NULL}},
    {"h16-forgets-transactions", h16, 30, 0, {NULL, NULL}},
    {"h17-echoes-transactions", h17, 1, 0, {NULL, NULL}},
    {"h18-trailing-irreversible", h18, 50, 12, {NULL, NULL}},
    {"h19-redials-inbound", h19, 8, 0, {"/params/closed", "2"}},
    {"h20-newcomer-closes", h20, 5, 0, {"/params/cut_off", "0"}},
};

/* The scenario with up to four changes, the last of them empty. */
static TraceRun *run_of(int index, const ScenarioOverride *overrides)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("scenarios/hazards/%s.json", hazards[index].name);
    size_t n = 0;
    while (overrides[n].pointer != NULL)
        n++;
    Scenario *scenario = scenario_load(path, overrides, n, &error);
    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    return trace_run_scenario(scenario);
}

START_TEST(test_with_the_quirk)
{
    g_autoptr(TraceRun) run = run_of(_i, (ScenarioOverride[]){{NULL, NULL}});
    ck_assert_msg(run->result->verdict == SIM_VERDICT_PASS, "%s fails", hazards[_i].name);
    const int64_t symptom = hazards[_i].symptom(run);
    ck_assert_msg(symptom >= hazards[_i].with, "%s: %" G_GINT64_FORMAT, hazards[_i].name, symptom);
}
END_TEST

/* The table of quirks names the properties that the scenario says must fail. */
START_TEST(test_properties_of_the_quirk)
{
    g_autoptr(TraceRun) run = run_of(_i, (ScenarioOverride[]){{NULL, NULL}});
    g_autoptr(GString) failed = g_string_new(NULL);
    for (uint32_t i = 0; i < run->result->n_checks; i++)
        if (sim_check_outcome(&run->result->checks[i]) == SIM_OUTCOME_FAIL_ASKED)
            g_string_append_printf(failed, "%s%s", failed->len > 0 ? " " : "",
                                   run->result->checks[i].id);
    ck_assert_str_eq(failed->str, bnet_quirk_name((uint32_t)_i)->breaks);
}
END_TEST

/* Nothing is left to fail. */
START_TEST(test_as_documented)
{
    g_autoptr(TraceRun) run = run_of(_i, (ScenarioOverride[]){{"/params/hazard", "false"},
                                                              {"/expect/expect_failure", "[]"},
                                                              hazards[_i].documented,
                                                              {NULL, NULL}});
    ck_assert_msg(run->result->verdict == SIM_VERDICT_PASS, "%s fails", hazards[_i].name);
    const int64_t symptom = hazards[_i].symptom(run);
    ck_assert_msg(symptom <= hazards[_i].without, "%s: %" G_GINT64_FORMAT, hazards[_i].name,
                  symptom);
}
END_TEST

/* What is expected as documented is not so with the quirk. */
START_TEST(test_not_as_documented)
{
    g_autoptr(TraceRun) run =
        run_of(_i, (ScenarioOverride[]){
                       {"/expect/expect_failure", "[]"}, hazards[_i].documented, {NULL, NULL}});
    ck_assert_msg(run->result->verdict == SIM_VERDICT_FAIL, "%s passes", hazards[_i].name);
}
END_TEST

/* The whole profile has the hazard, too. */
START_TEST(test_as_deployed)
{
    g_autoptr(TraceRun) run = run_of(_i, (ScenarioOverride[]){{"/params/profile", "eosio-1.7"},
                                                              {"/expect/no_violation", "false"},
                                                              {"/expect/expect_failure", "[]"},
                                                              {NULL, NULL}});
    const int64_t symptom = hazards[_i].symptom(run);
    ck_assert_msg(symptom >= hazards[_i].with, "%s: %" G_GINT64_FORMAT, hazards[_i].name, symptom);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_hazards");
    TCase *tcase = tcase_create("effects_hazards");
    const int n = G_N_ELEMENTS(hazards);
    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, test_with_the_quirk, 0, n);
    tcase_add_loop_test(tcase, test_properties_of_the_quirk, 0, n);
    tcase_add_loop_test(tcase, test_as_documented, 0, n);
    tcase_add_loop_test(tcase, test_not_as_documented, 0, n);
    tcase_add_loop_test(tcase, test_as_deployed, 0, n);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
