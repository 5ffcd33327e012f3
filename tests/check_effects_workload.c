/* SPDX-License-Identifier: Apache-2.0 */
/* What scenarios of the library show of the chain and of what is done on it can be read in their
 * traces. Run from the project's root. */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define SLOT (500 * MS)

/* The name of a peer of a group. (transfer full) */
static char *peer_of(const char *group, uint32_t index)
{
    return g_strdup_printf("%s[%u]", group, index);
}

/* ---- The chain ------------------------------------------------------------------------------- */

/* 2018-06-08T08:08:08.500 is the fifth slot of producer 0 of three. */
START_TEST(genesis_time)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/basics/genesis-time.json");
    guint at = 0;

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    for (uint32_t i = 1; i <= 60; i++, at++) {
        g_autofree char *producer = peer_of("bp", (5 + i) / 12 % 3);

        at = trace_find(run, at, TRACE("what", "produced"));
        ck_assert_uint_lt(at, run->lines->len);
        ck_assert_int_eq(trace_number(run->lines->pdata[at], "t"), i * SLOT);
        ck_assert_str_eq(trace_text(run->lines->pdata[at], "peer"), producer);
    }
}
END_TEST

/* Who is offline makes no block, the others all of theirs; LIBs rise until each of those has had
 * its turn, and then no more. */
START_TEST(lib_stall)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/irreversibility/lib-stall.json");
    const char *const irreversible[] = {"what", "chain", "event", "irreversible", NULL};

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    for (uint32_t i = 0; i < 7; i++) {
        g_autofree char *offline = peer_of("offline", i);

        ck_assert_uint_eq(trace_count(run, 0, 240 * S, TRACE("peer", offline)), 0);
    }
    /* Rounds of 126 s: 14 turns of 6 s, and 7 that nobody uses. The first slot had a block. */
    ck_assert_uint_eq(trace_count(run, 0, 84 * S, TRACE("what", "produced")), 14 * 12 - 1);
    ck_assert_uint_eq(trace_count(run, 84 * S, 126 * S, TRACE("what", "produced")), 0);
    ck_assert_uint_eq(trace_count(run, 126 * S, 210 * S, TRACE("what", "produced")), 14 * 12);
    ck_assert_uint_eq(trace_count(run, 210 * S, 241 * S, TRACE("what", "produced")), 0);
    ck_assert_uint_gt(trace_count(run, 78 * S, 79 * S, irreversible), 0);
    ck_assert_uint_eq(trace_count(run, 79 * S, 241 * S, irreversible), 0);
}
END_TEST

/* Whose turn a slot is while the schedule of four, or that of five, is active: slot 0 of the run
 * is the 145th of the chain, which begins with a round of both. */
static char *turn_of(uint32_t slot, bool changed)
{
    static const char *const five[] = {"bp[0]", "candidate[0]", "candidate[1]", "candidate[2]",
                                       "bp[1]"};

    return changed ? g_strdup(five[(144 + slot) / 12 % 5]) : peer_of("bp", (144 + slot) / 12 % 4);
}

/* The block that is made when a schedule is set brings it, a later one promotes it, and the slots
 * after that one, and no earlier ones, are those of the new schedule. */
START_TEST(schedule_change)
{
    static const char *const produced[] = {"what", "produced", NULL};
    static const uint32_t promoted[] = {60, 204};
    g_autoptr(TraceRun) run = trace_run("scenarios/basics/schedule-change.json");
    int n_promoted = 0;
    guint at = 0;

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    for (uint32_t slot = 1; slot <= 300; slot++, at++) {
        g_autofree char *producer = turn_of(slot, n_promoted == 1);

        at = trace_find(run, at, produced);
        ck_assert_uint_lt(at, run->lines->len);
        const struct json_object *line = run->lines->pdata[at];
        const bool promotes = n_promoted < 2 && slot == promoted[n_promoted];

        n_promoted += promotes;
        ck_assert_int_eq(trace_number(line, "t"), slot * SLOT);
        ck_assert_str_eq(trace_text(line, "peer"), producer);
        ck_assert_int_eq(trace_number(line, "new_schedule"), slot == 20 ? 1 : slot == 140 ? 2 : -1);
        ck_assert_int_eq(trace_number(line, "promotes"), promotes ? n_promoted : -1);
    }
    ck_assert_uint_eq(trace_find(run, at, produced), run->lines->len);
}
END_TEST

/* ---- Transactions ---------------------------------------------------------------------------- */

/* Transactions in the block that was made at a time. */
static int64_t n_included(const TraceRun *run, int64_t at_ns)
{
    g_autofree char *at = g_strdup_printf("%" G_GINT64_FORMAT, at_ns);
    const guint line = trace_find(run, 0, TRACE("what", "produced", "t", at));

    ck_assert_uint_lt(line, run->lines->len);
    return trace_number(run->lines->pdata[line], "transactions");
}

/* 600 at one instant fill six blocks by their number, 200 larger ones some by their bytes. */
START_TEST(transaction_burst)
{
    const char *const arrived[] = {"what", "trx", "peer", "exchange", NULL};
    g_autoptr(TraceRun) run = trace_run("scenarios/basics/transaction-burst.json");
    int64_t n = 0;

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    ck_assert_uint_ge(trace_count(run, 10200 * MS, 10250 * MS, arrived), 600);
    ck_assert_int_le(n_included(run, 10 * S), 10);
    for (int64_t at_ns = 10500 * MS; at_ns <= 13 * S; at_ns += SLOT)
        ck_assert_int_eq(n_included(run, at_ns), 100);
    ck_assert_int_le(n_included(run, 13500 * MS), 20);
    /* Most are of 1000 bytes: 30 kB hold more than 28 of them, and less than 100. */
    for (int64_t at_ns = 30500 * MS; at_ns <= 33500 * MS; at_ns += SLOT) {
        ck_assert_int_lt(n_included(run, at_ns), 60);
        n += n_included(run, at_ns);
    }
    ck_assert_int_ge(n, 200);
    ck_assert_int_le(n, 220);
    ck_assert_uint_lt(trace_count(run, 50200 * MS, 50250 * MS, arrived), 10); /* the end came */
}
END_TEST

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* When a block reaches a peer, and when it is applied there: 1 MiB at 12.5 MB/s, after a notice or
 * two, and 40 ms; then 50 us for the header, 500 for the block, 20 for the filler and 50 for each
 * 1000 bytes. */
static void assert_hop(const TraceRun *run, const char *peer, const char *number, int64_t from_ns)
{
    const guint delivered =
        trace_find(run, 0, TRACE("what", "delivered", "peer", peer, "number", number));
    const guint applied = trace_find(
        run, 0, TRACE("what", "chain", "event", "applied", "peer", peer, "number", number));

    ck_assert_uint_lt(delivered, run->lines->len);
    ck_assert_uint_lt(applied, run->lines->len);
    const int64_t delivered_ns = trace_number(run->lines->pdata[delivered], "t");
    const int64_t alone_ns = from_ns + 40 * MS + 1048576 * INT64_C(80);

    ck_assert_int_ge(delivered_ns, alone_ns);
    ck_assert_int_le(delivered_ns, alone_ns + 200 * INT64_C(80));
    ck_assert_int_eq(trace_number(run->lines->pdata[applied], "t"),
                     delivered_ns + 570000 + 1048574 * INT64_C(50));
}

/* Each block takes so long from hop to hop that the last of a turn comes too late. */
START_TEST(large_blocks)
{
    const char *const sent[] = {"what", "sent", "message", "signed_block", NULL};
    static const char *const path[] = {"bp[0]", "relay[0]", "relay[1]", "relay[2]"};
    g_autoptr(TraceRun) run = trace_run("scenarios/scale/large-blocks.json");
    int64_t from_ns = 5 * S;

    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS);
    for (guint i = trace_find(run, 0, sent); i < run->lines->len; i = trace_find(run, i + 1, sent))
        ck_assert_int_eq(trace_number(run->lines->pdata[i], "bytes"), 1048576);
    for (guint hop = 1; hop < G_N_ELEMENTS(path); hop++) {
        const guint line = trace_find(
            run, 0,
            TRACE("what", "sent", "peer", path[hop - 1], "number", "11", "remote", path[hop]));

        ck_assert_uint_lt(line, run->lines->len);
        ck_assert_int_ge(trace_number(run->lines->pdata[line], "t"), from_ns);
        from_ns = trace_number(run->lines->pdata[line], "t");
        assert_hop(run, path[hop], "11", from_ns);
    }
    /* Block 11 of 5 s is what bp[1] builds on at 6 s, since that of 5.5 s is under way. */
    const guint next = trace_find(run, 0, TRACE("what", "produced", "peer", "bp[1]"));

    ck_assert_int_eq(trace_number(run->lines->pdata[next], "number"), 12);
    ck_assert_uint_eq(trace_count(run, 0, 20 * S, TRACE("event", "fork_switch", "peer", "bp[0]")),
                      2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_workload");
    TCase *chain = tcase_create("chain");

    tcase_set_timeout(chain, 60);
    tcase_add_test(chain, genesis_time);
    tcase_add_test(chain, lib_stall);
    tcase_add_test(chain, schedule_change);
    tcase_add_test(chain, transaction_burst);
    tcase_add_test(chain, large_blocks);
    suite_add_tcase(suite, chain);
    return run_suite(suite);
}
