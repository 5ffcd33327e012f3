/* SPDX-License-Identifier: Apache-2.0 */
/* What scenarios of the library show of the chain and of what is done on it can be read in their
 * traces. Run from the project's root. */
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

int main(void)
{
    Suite *suite = suite_create("effects_workload");
    TCase *chain = tcase_create("chain");

    tcase_set_timeout(chain, 60);
    tcase_add_test(chain, genesis_time);
    tcase_add_test(chain, lib_stall);
    tcase_add_test(chain, schedule_change);
    suite_add_tcase(suite, chain);
    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
