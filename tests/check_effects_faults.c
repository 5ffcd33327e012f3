/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scenarios of the library say of machines, clocks and churn can be read of their runs: in the
 * trace, or where that would be too much, in what is recorded of it. Run from the project's root.
 */
#include "tests/sim_fixture.h"
#include "tests/trace_fixture.h"

#define END INT64_MAX

/* ---- processes ------------------------------------------------------------------------------- */

/* Nothing is taken in or sent for 12 s; all that waited is read at the end, and nobody was cut off.
 * The slot that began at 23 s is made at 35 s. */
START_TEST(pause_of_processes)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/pause.json");
    static const char *const peers[] = {"bp[0]", "relay[0]"};

    for (size_t i = 0; i < G_N_ELEMENTS(peers); i++) {
        const char *const *taken = TRACE("what", "delivered", "peer", peers[i]);
        const char *const *sent = TRACE("what", "sent", "peer", peers[i]);

        ck_assert_uint_gt(trace_count(run, 11 * S, 23 * S, taken), 100);
        ck_assert_uint_eq(trace_count(run, 23 * S, 35 * S, taken), 0);
        ck_assert_uint_eq(trace_count(run, 23 * S, 35 * S, sent), 0);
        ck_assert_uint_gt(trace_count(run, 35 * S, 35 * S + 1, taken), 5);
    }
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed")), 0);
    const guint late = trace_find(run, 0, TRACE("what", "produced", "slot_time", "23000000000"));

    ck_assert_uint_lt(late, run->lines->len);
    ck_assert_str_eq(trace_text(run->lines->pdata[late], "peer"), "bp[0]");
    ck_assert_int_eq(trace_number(run->lines->pdata[late], "t"), 35 * S);
}
END_TEST

/* Two blocks a second; then one in 750 ms; then all that were left over, and two a second again. */
START_TEST(slow_cpu)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/slow-cpu.json");
    const char *const *applied = TRACE("what", "chain", "event", "applied", "peer", "hub");

    ck_assert_uint_eq(trace_count(run, 10 * S, 20 * S, applied), 20);
    ck_assert_uint_ge(trace_count(run, 20 * S, 80 * S, applied), 60 * 1000 / 750 - 3);
    ck_assert_uint_le(trace_count(run, 20 * S, 80 * S, applied), 60 * 1000 / 750);
    ck_assert_uint_gt(trace_count(run, 80 * S, 81 * S, applied), 40);
    ck_assert_uint_eq(trace_count(run, 90 * S, 140 * S, applied), 100);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "closed")), 0);
}
END_TEST

/* ---- clocks ---------------------------------------------------------------------------------- */

/* How many blocks of a peer were made in [from_ns, to_ns), each so much before its slot. */
static uint32_t count_ahead(const TraceRun *run, const char *peer, int64_t from_ns, int64_t to_ns,
                            int64_t ahead_ns)
{
    uint32_t n = 0;

    for (guint i = 0; i < run->lines->len; i++) {
        const struct json_object *line = run->lines->pdata[i];
        const int64_t time_ns = trace_number(line, "t");

        if (time_ns < from_ns || time_ns >= to_ns ||
            !trace_fits(line, TRACE("what", "produced", "peer", peer)))
            continue;
        ck_assert_int_eq(trace_number(line, "slot_time") - time_ns, ahead_ns);
        n++;
    }
    return n;
}

/* Five rounds: who is early fills all its slots, its predecessor makes nine of twelve; who is late
 * makes nine as well, and its predecessor does not notice. */
START_TEST(clock_skew)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/clock-skew.json");

    ck_assert_uint_eq(count_ahead(run, "early", 4 * S, 100 * S, 2 * S), 4 * 12);
    ck_assert_uint_eq(count_ahead(run, "bp", 0, END, 0), 5 * 12);
    ck_assert_uint_eq(count_ahead(run, "late", 0, END, -2 * S), 5 * 9);
    ck_assert_uint_eq(count_ahead(run, "bq", 0, END, 0), 5 * 9);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "verdict", "verdict", "future")), 0);
}
END_TEST

/* The others drop what the two make, as being of the future, and close after 6 s of that. When the
 * clocks are right nothing is of the future any more, and nobody is out of step. */
START_TEST(clock_future)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/clock-future.json");
    const char *const *future = TRACE("what", "verdict", "verdict", "future");
    const char *const *resync = TRACE("what", "closed", "reason", "resync");
    const guint first = trace_find(run, 0, resync);
    const int64_t closed_ns = trace_number(run->lines->pdata[first], "t");
    const guint dropped = trace_find(run, 0, future);
    const int64_t dropped_ns = trace_number(run->lines->pdata[dropped], "t");

    ck_assert_uint_ge(count_ahead(run, "bp[1]", 20100 * MS, 60100 * MS, 10 * S), 12);
    ck_assert_uint_gt(trace_count(run, 20 * S, 60 * S, future), 100);
    ck_assert_uint_eq(trace_count(run, 60100 * MS, END, future), 0);
    ck_assert_int_ge(closed_ns - dropped_ns, 6 * S);
    ck_assert_uint_eq(trace_count(run, 0, END, resync), 12);
    ck_assert_uint_eq(trace_count(run, 60100 * MS, END, resync), 0);
    ck_assert_int_eq(run->result->verdict, SIM_VERDICT_PASS); /* all agree 21 s later */
}
END_TEST

/* 3 ms a second, so the last block before it is set right is made 1.78 s early. */
START_TEST(clock_drift)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/clock-drift.json");
    int64_t last_ns = 0;

    for (guint i = 0; i < run->lines->len; i++) {
        const struct json_object *line = run->lines->pdata[i];
        const int64_t time_ns = trace_number(line, "t");

        if (!trace_fits(line, TRACE("what", "produced", "peer", "fast")) || time_ns >= 600 * S)
            continue;
        const int64_t ahead_ns = trace_number(line, "slot_time") - time_ns;

        ck_assert_int_ge(ahead_ns, time_ns / 1000 * 3 - 1000);
        ck_assert_int_le(ahead_ns, time_ns / 1000 * 3 + 1000);
        last_ns = ahead_ns;
    }
    ck_assert_int_gt(last_ns, 1750 * MS);
    ck_assert_uint_eq(count_ahead(run, "fast", 600 * S, END, 0), 60);
}
END_TEST

START_TEST(missed_slots)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/missed-slots.json");
    const uint32_t poor = trace_count(run, 0, END, TRACE("what", "produced", "peer", "poor"));
    const uint32_t all = trace_count(run, 0, END, TRACE("what", "produced"));

    /* Of 48 slots, and of 312; three standard deviations. */
    ck_assert_int_lt(abs((int)poor - 24), 11);
    ck_assert_int_lt(abs((int)(all - poor) - 281), 17);
    ck_assert_uint_eq(trace_count(run, 0, END, TRACE("what", "chain", "event", "fork_switch")), 0);
}
END_TEST

/* ---- churn ----------------------------------------------------------------------------------- */

typedef struct Blocks {
    uint32_t *delivered; /* [peers] */
    int64_t *caught_up;  /* [peers]: when a block of that number was applied; 0: not yet */
    uint32_t number;
} Blocks;

static void count_blocks(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    Blocks *blocks = self->data;

    if (happening->kind == SIM_DELIVERED && happening->message->kind == BNET_MESSAGE_BLOCK)
        blocks->delivered[happening->peer]++;
    if (happening->kind == SIM_CHAIN && happening->event == BNET_CHAIN_APPLIED &&
        bnet_store_number(sim_world_store(world), happening->block) >= blocks->number &&
        blocks->caught_up[happening->peer] == 0)
        blocks->caught_up[happening->peer] = happening->time_ns;
}

/* A scenario of the library, of which not more than that is run. (transfer full) */
static Scenario *load_library(const char *path, int64_t duration_ns)
{
    g_autoptr(GError) error = NULL;
    Scenario *scenario = scenario_load(path, NULL, 0, &error);

    ck_assert_msg(scenario != NULL, "%s", error ? error->message : "");
    scenario->duration_ns = MIN(scenario->duration_ns, duration_ns);
    return scenario;
}

/* Every stop has its start, but for those of the end; none is of a producer. */
static void assert_churn(const FixRecorder *recorder, const Scenario *scenario, uint32_t at_least)
{
    uint32_t stops = 0;
    bool *down = g_new0(bool, scenario->n_peers);

    for (guint i = 0; i < recorder->notes->len; i++) {
        const SimHappening *happening = &fix_note(recorder, i)->happening;
        const uint32_t peer = happening->peer;

        if (happening->kind == SIM_STOPPED) {
            ck_assert(!down[peer] && !scenario_group_of(scenario, peer)->produces);
            down[peer] = true;
            stops++;
        } else if (happening->kind == SIM_STARTED && happening->time_ns > 0) {
            ck_assert(down[peer]);
            down[peer] = false;
        } else if (happening->kind == SIM_DELIVERED || happening->kind == SIM_PRODUCED) {
            ck_assert(!down[peer]);
        }
    }
    ck_assert_uint_ge(stops, at_least);
    g_free(down);
}

#define CHURN_MASK                                                                                 \
    (1u << SIM_STOPPED | 1u << SIM_STARTED | 1u << SIM_DELIVERED | 1u << SIM_PRODUCED)

static void run_churn(const char *path, int64_t duration_ns, uint32_t at_least)
{
    g_autoptr(Scenario) scenario = load_library(path, duration_ns);
    FixRecorder recorder;

    fix_recorder_init(&recorder);
    recorder.keep = CHURN_MASK;
    SimResult *result = fix_run(scenario, &recorder);

    assert_churn(&recorder, scenario, at_least);
    for (uint32_t p = 0; p < result->n_peers; p++)
        if (scenario_group_of(scenario, p)->produces)
            ck_assert_uint_eq(result->peers[p].fork_switches, 0);
    ck_assert_uint_eq(result->blocks_produced, (uint64_t)(duration_ns / BNET_SLOT_NS));
    sim_result_free(result);
    fix_recorder_finish(&recorder);
}

START_TEST(random_crashes)
{
    run_churn("scenarios/faults/random-crashes.json", 360 * S, 15);
}
END_TEST

/* The first two hours of the day. */
START_TEST(churn_day)
{
    run_churn("scenarios/scale/churn-day.json", 7200 * S, 15);
}
END_TEST

/* 120 joiners have all 620 blocks after 4 s, and none of them gets a block twice. */
START_TEST(flash_crowd)
{
    g_autoptr(Scenario) scenario = load_library("scenarios/scale/flash-crowd.json", 30 * S);
    g_autofree uint32_t *delivered = g_new0(uint32_t, scenario->n_peers);
    g_autofree int64_t *caught_up = g_new0(int64_t, scenario->n_peers);
    Blocks blocks = {.delivered = delivered, .caught_up = caught_up, .number = 620};
    FixRecorder recorder;

    fix_recorder_init(&recorder);
    recorder.keep = 0;
    recorder.hook = count_blocks;
    recorder.data = &blocks;
    SimResult *result = fix_run(scenario, &recorder);
    const uint32_t first = fix_peer(scenario, "joiner[0]");

    for (uint32_t p = first; p < first + 120; p++) {
        ck_assert_uint_eq(delivered[p], result->peers[p].head_number - 1);
        ck_assert_int_gt(caught_up[p], 10 * S);
        ck_assert_int_lt(caught_up[p], 14 * S);
    }
    sim_result_free(result);
    fix_recorder_finish(&recorder);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects_faults");
    TCase *tcase = tcase_create("effects");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, pause_of_processes);
    tcase_add_test(tcase, slow_cpu);
    tcase_add_test(tcase, clock_skew);
    tcase_add_test(tcase, clock_future);
    tcase_add_test(tcase, clock_drift);
    tcase_add_test(tcase, missed_slots);
    tcase_add_test(tcase, random_crashes);
    tcase_add_test(tcase, churn_day);
    tcase_add_test(tcase, flash_crowd);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
