/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scenarios of the library say of forks, finality and partitions can be read in their traces.
 * Run from the project's root.
 */
#include "tests/left_fixture.h"
#include "tests/run_suite.h"

#define END INT64_MAX

static const SimCheckResult *check_of(const TraceRun *run, const char *id)
{
    for (uint32_t i = 0; i < run->result->n_checks; i++)
        if (g_str_equal(run->result->checks[i].id, id))
            return &run->result->checks[i];
    ck_abort_msg("no check %s", id);
}

/* ---- forks ----------------------------------------------------------------------------------- */

/* The bridge carries the longer branch to the other side, which had not seen a block of it. */
START_TEST(bridge)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/forks/bridge.json");
    const char *const *from_bridge = TRACE("what", "delivered", "message", "signed_block", "peer",
                                           "gate-right", "remote", "bridge");

    ck_assert_uint_eq(trace_count(run, 21 * S, 160 * S, from_bridge), 0);
    ck_assert_uint_gt(trace_count(run, 160 * S, 175 * S, from_bridge), 136);
    ck_assert_int_eq(left_in_trace(run, "gate-right"), 136);
    ck_assert_int_eq(left_in_trace(run, "gate-left"), 0);
}
END_TEST

/* Eight blocks lose, and each of the four peers prunes each of them, once. */
START_TEST(branch_pruned)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/forks/branch-pruned.json");
    static const char *const peers[] = {"bp[0]", "bp[1]", "bp[2]", "bp[3]"};

    ck_assert_int_eq(left_in_trace(run, "bp[0]"), 8);
    ck_assert_uint_eq(trace_count(run, 0, 25 * S, TRACE("what", "pruned")), 0);
    for (guint i = 0; i < G_N_ELEMENTS(peers); i++)
        ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "pruned", "peer", peers[i])), 8);
}
END_TEST

/* Who has the longer branch gives it up for the one with the higher LIB. */
START_TEST(lib_first)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/forks/lib-first.json");

    ck_assert_int_eq(left_in_trace(run, "bp[0]"), 89);
    ck_assert_int_eq(left_in_trace(run, "bp[3]"), 0);
    const guint at = trace_find(run, 0, TRACE("what", "chain", "event", "fork_switch"));
    const guint applied = trace_find(run, at,
                                     TRACE("what", "chain", "event", "applied", "peer",
                                           trace_text(run->lines->pdata[at], "peer")));

    ck_assert_int_gt(trace_number(run->lines->pdata[at], "left_number"),
                     trace_number(run->lines->pdata[applied], "number"));
}
END_TEST

/* Of its twelve blocks, those count that are there when the next turn begins, 6 s after its own. */
static int64_t lost_of_late(int64_t delay_ms)
{
    int64_t lost = 0;

    for (int64_t i = 0; i < 12; i++)
        lost += 500 * i + delay_ms >= 6000;
    return lost;
}

START_TEST(late_producer)
{
    static const int delays_ms[] = {100, 499, 550, 950, 1050, 1200, 1804, 2600, 5400, 5900};

    for (guint i = 0; i < G_N_ELEMENTS(delays_ms); i++) {
        g_autofree char *delay = g_strdup_printf("%dms", delays_ms[i]);
        const LeftRun run = {
            .path = "scenarios/forks/late-producer.json",
            .pointer = "/links/between/0/latency",
            .value = delay,
            .from_ns = 24 * S, /* by when all are connected */
            .most_ns = 97 * S,
        };

        ck_assert_msg(left_by(&run, "late", NULL, NULL) == 3 * lost_of_late(delays_ms[i]), "%s",
                      delay);
    }
}
END_TEST

/* Wherever in the twelve blocks the invalid one is: the good ones before it are kept if they are
 * more than the three of the peers' own branch. */
START_TEST(bad_branch)
{
    for (uint32_t good = 0; good < 12; good++) {
        g_autofree char *after = g_strdup_printf("%ums", 17900 + 500 * good);
        const LeftRun run = {
            .path = "scenarios/forks/bad-branch.json",
            .pointer = "/peers/mallory/persona/after",
            .value = after,
            .most_ns = 59 * S,
        };
        g_autoptr(Scenario) scenario = left_scenario(&run);
        g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);

        for (uint32_t p = 0; p < 3; p++)
            ck_assert_uint_eq(result->peers[p].head_number, 132 + MAX(good, 3));
        ck_assert_uint_ge(result->n_disconnects, 3);
        for (uint32_t i = 0; i < result->n_disconnects; i++) {
            ck_assert_uint_eq(result->disconnects[i].peer, 3);
            ck_assert_str_eq(result->disconnects[i].reason, "bad-block");
        }
    }
}
END_TEST

/* ---- finality -------------------------------------------------------------------------------- */

static void assert_conflict(const char *path, int64_t at_ns)
{
    g_autoptr(TraceRun) run = trace_run(path);
    const SimCheckResult *check = check_of(run, "S8");
    guint n = 0;

    ck_assert_int_eq(check->verdict, SIM_VERDICT_PASS);
    ck_assert(g_str_has_prefix(check->detail, "finality conflict: "));
    ck_assert_int_eq(check_of(run, "expect/finality_conflict")->verdict, SIM_VERDICT_PASS);
    for (uint32_t i = 0; i < run->result->n_moments; i++)
        n += run->result->moments[i].time_ns == at_ns &&
             g_str_has_prefix(run->result->moments[i].text, "finality conflict: ");
    ck_assert_uint_eq(n, 1);
}

START_TEST(finality_conflict)
{
    assert_conflict("scenarios/irreversibility/finality-conflict.json", 150 * S);
    assert_conflict("scenarios/irreversibility/finality-conflict-depth.json", 38 * S);
}
END_TEST

/* No conflict comes of it if the first split is too short for anybody to fall behind, or shorter
 * than the depth; and then the run, which demands one, fails. */
START_TEST(no_finality_conflict)
{
    static const LeftRun runs[] = {
        {
            .path = "scenarios/irreversibility/finality-conflict.json",
            .pointer = "/events/0/at",
            .value = "29s",
            .most_ns = 200 * S,
        },
        {
            .path = "scenarios/irreversibility/finality-conflict-depth.json",
            .pointer = "/chain/irreversibility/depth",
            .value = "60",
            .most_ns = 120 * S,
        },
    };

    for (guint i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autoptr(TraceRun) trace = trace_run_scenario(left_scenario(&runs[i]));

        ck_assert(!g_str_has_prefix(check_of(trace, "S8")->detail, "finality conflict: "));
        ck_assert_int_eq(check_of(trace, "expect/finality_conflict")->verdict, SIM_VERDICT_FAIL);
    }
}
END_TEST

/* What a follower of irreversible blocks is sent is irreversible at the sender by then. */
START_TEST(follower_through_fork)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/irreversibility/follower-through-fork.json");
    g_autoptr(GHashTable) libs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint n = 0;

    for (guint i = 0; i < run->lines->len; i++) {
        const struct json_object *line = run->lines->pdata[i];
        const gint number = (gint)trace_number(line, "number");

        if (trace_fits(line, TRACE("what", "chain", "event", "irreversible")))
            g_hash_table_insert(libs, g_strdup(trace_text(line, "peer")), GINT_TO_POINTER(number));
        if (!trace_fits(line,
                        TRACE("what", "delivered", "message", "signed_block", "peer", "books")))
            continue;
        ck_assert_int_le(number,
                         GPOINTER_TO_INT(g_hash_table_lookup(libs, trace_text(line, "remote"))));
        n++;
    }
    ck_assert_uint_gt(n, 100);
    ck_assert_int_eq(left_in_trace(run, "node"), 24);
}
END_TEST

/* ---- partitions ------------------------------------------------------------------------------ */

/* The two hear nothing, and are heard. */
START_TEST(one_way)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/partitions/one-way.json");
    static const char *const fives[] = {"five[0]", "five[1]", "five[2]", "five[3]", "five[4]"};

    for (guint i = 0; i < G_N_ELEMENTS(fives); i++) {
        const char *const *to = TRACE("what", "delivered", "peer", "two[0]", "remote", fives[i]);
        const char *const *from = TRACE("what", "delivered", "peer", fives[i], "remote", "two[0]");

        ck_assert_uint_gt(trace_count(run, 1 * S, 3250 * MS, to), 0);
        ck_assert_uint_eq(trace_count(run, 3300 * MS, 28250 * MS, to), 0);
        ck_assert_uint_gt(trace_count(run, 3300 * MS, 28250 * MS, from), 10);
        ck_assert_int_eq(left_in_trace(run, fives[i]), 6);
    }
}
END_TEST

/* The victim's one connection is alive and brings no block. */
START_TEST(eclipse)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/partitions/eclipse.json");
    const int64_t from_ns = 20300 * MS;
    const int64_t to_ns = 80250 * MS;
    const char *const *all = TRACE("what", "delivered", "peer", "victim");
    const char *const *pongs =
        TRACE("what", "delivered", "peer", "victim", "remote", "stale", "message", "pong");
    const char *const *pings =
        TRACE("what", "delivered", "peer", "victim", "remote", "stale", "message", "ping");

    ck_assert_uint_gt(trace_count(run, from_ns, to_ns, pongs), 15);
    ck_assert_uint_eq(trace_count(run, from_ns, to_ns, pongs) +
                          trace_count(run, from_ns, to_ns, pings),
                      trace_count(run, from_ns, to_ns, all));
    ck_assert_uint_eq(
        trace_count(run, 0, END, TRACE("what", "closed", "peer", "victim", "remote", "stale")), 0);
    /* All that it missed comes by the link that is mended, and goes on to the stale peer. */
    ck_assert_uint_gt(trace_count(run, to_ns, END,
                                  TRACE("what", "delivered", "peer", "stale", "remote", "victim",
                                        "message", "signed_block")),
                      115);
}
END_TEST

/* While the halves are cut all blocks go by the relays, with one hop more. */
START_TEST(route_around)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/partitions/route-around.json");
    const char *const *direct = TRACE("what", "delivered", "peer", "west[0]", "remote", "east[0]");
    const char *const *around = TRACE("what", "delivered", "peer", "west[0]", "remote", "relay[0]",
                                      "message", "signed_block");

    ck_assert_uint_gt(trace_count(run, 0, 20250 * MS, direct), 10);
    ck_assert_uint_eq(trace_count(run, 20400 * MS, 80250 * MS, direct), 0);
    ck_assert_uint_gt(trace_count(run, 20400 * MS, 80250 * MS, around), 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_library");
    TCase *tcase = tcase_create("effects");

    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, bridge);
    tcase_add_test(tcase, branch_pruned);
    tcase_add_test(tcase, lib_first);
    tcase_add_test(tcase, late_producer);
    tcase_add_test(tcase, bad_branch);
    tcase_add_test(tcase, finality_conflict);
    tcase_add_test(tcase, no_finality_conflict);
    tcase_add_test(tcase, follower_through_fork);
    tcase_add_test(tcase, one_way);
    tcase_add_test(tcase, eclipse);
    tcase_add_test(tcase, route_around);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
