/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks that are wrong, and slots that are missed. Producers a and b and relay c in a full mesh;
 * the latency is 40 ms. Turns are 6 s; that of a comes first.
 */
#include "tests/sim_fixture.h"

enum {
    A,
    B,
    C,
};

#define SLOT BNET_SLOT_NS

typedef struct Made {
    int64_t time_ns;
    int64_t slot_ns;
    uint32_t peer;
} Made;

static FixRecorder recorder;
static Scenario *scenario;
static SimResult *result;
static GArray *made; /* of Made: blocks in order */

static void note_block(FixRecorder *self, SimWorld *world, const SimHappening *happening)
{
    (void)self;
    if (happening->kind != SIM_PRODUCED)
        return;
    const BnetStore *store = sim_world_store(world);
    uint32_t slot = bnet_store_block(store, happening->block)->slot;
    Made block = {happening->time_ns, bnet_store_slot_time_ns(store, slot), happening->peer};
    g_array_append_val(made, block);
}

static void setup(void)
{
    fix_recorder_init(&recorder);
    recorder.hook = note_block;
    made = g_array_new(FALSE, FALSE, sizeof(Made));
}

static void clear(void)
{
    sim_result_free(result);
    scenario_free(scenario);
    g_array_set_size(recorder.notes, 0);
    g_array_set_size(made, 0);
    result = NULL;
    scenario = NULL;
}

static void teardown(void)
{
    clear();
    fix_recorder_finish(&recorder);
    g_array_unref(made);
}

/* `options`: of producer a, with a comma before each; `events`: the inside of the array. */
static void run(const char *duration, const char *options, const char *events)
{
    clear();
    scenario = fix_scenario_of("{'duration': '%s', 'links': {'latency': '40ms'}, 'peers': {"
                               "'a': {'produces': true%s}, 'b': {'produces': true}, 'c': {}},"
                               "'expect': {'convergence': false}, 'events': [%s]}",
                               duration, options, events);
    result = fix_run(scenario, &recorder);
    fix_assert_pass(result);
}

static const Made *block(guint index)
{
    ck_assert_uint_lt(index, made->len);
    return &g_array_index(made, Made, index);
}

/* Blocks that a peer made in [from, to). */
static uint32_t n_made(uint32_t peer, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < made->len; i++)
        n += block(i)->peer == peer && block(i)->time_ns >= from_ns && block(i)->time_ns < to_ns;
    return n;
}

/* All blocks of a peer in [from, to) are made so much before their slots begin; there are some. */
static void assert_ahead(uint32_t peer, int64_t from_ns, int64_t to_ns, int64_t ahead_ns)
{
    ck_assert_uint_gt(n_made(peer, from_ns, to_ns), 0);
    for (guint i = 0; i < made->len; i++)
        if (block(i)->peer == peer && block(i)->time_ns >= from_ns && block(i)->time_ns < to_ns)
            ck_assert_int_eq(block(i)->slot_ns - block(i)->time_ns, ahead_ns);
}

static void assert_no_slot_twice(void)
{
    for (guint i = 0; i < made->len; i++)
        for (guint j = 0; j < i; j++)
            ck_assert_int_ne(block(i)->slot_ns, block(j)->slot_ns);
}

/* The story has this moment. */
static void expect_story(int64_t time_ns, const char *text)
{
    for (uint32_t i = 0; i < result->n_moments; i++)
        if (result->moments[i].time_ns == time_ns && g_str_equal(result->moments[i].text, text))
            return;
    ck_abort_msg("no moment \"%s\"", text);
}

static uint32_t n_verdicts(uint32_t peer, BnetVerdict verdict, int64_t from_ns, int64_t to_ns)
{
    uint32_t n = 0;
    for (guint i = 0; i < recorder.notes->len; i++) {
        const SimHappening *happening = &fix_note(&recorder, i)->happening;
        n += happening->kind == SIM_VERDICT && happening->peer == peer &&
             happening->verdict == verdict && happening->time_ns >= from_ns &&
             happening->time_ns < to_ns;
    }
    return n;
}

/* --- slots ----------------------------------------------------------------------------------- */

/* Everybody is right: 12 blocks a turn, each at the beginning of its slot. */
START_TEST(test_right_clocks)
{
    run("24s", "", "");
    assert_ahead(A, 0, 24 * S, 0);
    assert_ahead(B, 0, 24 * S, 0);
    ck_assert_uint_eq(n_made(A, 0, 24 * S), 24 - 1); /* the genesis block is in slot 0 */
    ck_assert_uint_eq(n_made(B, 0, 24 * S), 24);
}
END_TEST

/* a is 1.3 s ahead: its slots begin so much earlier. b loses the slots that a's first block has
 * overtaken, but for the one that it makes before it hears of that. */
START_TEST(test_ahead)
{
    run("30s", ", 'clock': {'skew': '1.3s'}", "");
    assert_ahead(A, 0, 30 * S, 1300 * MS);
    assert_ahead(B, 0, 30 * S, 0);
    /* By its clock the run begins in slot 2.6. */
    ck_assert_int_eq(block(0)->time_ns, 200 * MS);
    ck_assert_int_eq(block(0)->slot_ns, 1500 * MS);
    ck_assert_uint_eq(n_made(A, 0, 6 * S), 9);
    ck_assert_uint_eq(n_made(A, 6 * S, 17 * S), 12);
    ck_assert_uint_eq(n_made(B, 6 * S, 17 * S), 10); /* those of 6 s to 10.5 s */
    ck_assert_uint_eq(n_made(B, 18 * S, 29 * S), 10);
    assert_no_slot_twice();
}
END_TEST

/* a is 1.3 s behind: it makes its blocks late, and loses its last two slots to b, which does not
 * wait for it. */
START_TEST(test_behind)
{
    run("30s", ", 'clock': {'skew': '-1.3s'}", "");
    assert_ahead(A, 0, 30 * S, -1300 * MS);
    assert_ahead(B, 0, 30 * S, 0);
    ck_assert_int_eq(block(0)->time_ns, 1800 * MS);
    ck_assert_uint_eq(n_made(A, 12 * S, 24 * S), 10);
    ck_assert_uint_eq(n_made(B, 12 * S, 24 * S), 12);
    assert_no_slot_twice();
}
END_TEST

/* A tenth fast: 11 slots in the time of 10. Each begins at the first nanosecond at which the clock
 * says so. */
START_TEST(test_drift)
{
    run("60s", ", 'clock': {'drift_ppm': 100000}", "");
    BnetClock clock = {.drift_ppm = 100000};
    uint32_t n = 0;
    for (guint i = 0; i < made->len; i++) {
        if (block(i)->peer == B)
            continue;
        ck_assert_int_eq(block(i)->time_ns, bnet_clock_when(&clock, block(i)->slot_ns));
        n++;
    }
    ck_assert_uint_gt(n, 40);
    /* The seventh turn of both begins at 72 s by the clock of a. */
    ck_assert_uint_eq(n_made(A, 45 * S, 54 * S + 545 * MS), 9);
}
END_TEST

/* An hour ahead: the others drop all its blocks as being of the future, and a follows nobody, since
 * its own chain is later. */
START_TEST(test_an_hour)
{
    run("30s", ", 'clock': {'skew': '1h'}", "");
    assert_ahead(A, 0, 30 * S, 3600 * S);
    ck_assert_uint_gt(n_verdicts(B, BNET_VERDICT_FUTURE, 0, 30 * S), 0);
    ck_assert_uint_eq(n_verdicts(A, BNET_VERDICT_FUTURE, 0, 30 * S), 0);
    run("30s", ", 'clock': {'skew': '-1h'}", "");
    ck_assert_uint_eq(n_made(A, 0, 30 * S), 0);
    ck_assert_uint_gt(n_verdicts(A, BNET_VERDICT_FUTURE, 0, 30 * S), 0);
}
END_TEST

/* --- events ---------------------------------------------------------------------------------- */

/* The event begins in the middle of a slot and ends at the beginning of one: that is made in time,
 * and no slot is made twice. */
START_TEST(test_event)
{
    run("40s", "", "{'at': '12.6s', 'skew_clock': 'a', 'skew': '0.7s', 'for': '2.4s'}");
    assert_ahead(A, 0, 12600 * MS, 0);
    assert_ahead(A, 12600 * MS, 15 * S, 700 * MS);
    assert_ahead(A, 15 * S, 40 * S, 0);
    /* 12, 12.5 | 13.5 at 12.8, 14, 14.5, 15, 15.5 at 14.8 | 16 ... */
    ck_assert_uint_eq(n_made(A, 12 * S, 12600 * MS), 2);
    ck_assert_uint_eq(n_made(A, 12600 * MS, 15 * S), 5);
    ck_assert_uint_eq(n_made(A, 15 * S, 18 * S), 4);
    assert_no_slot_twice();
    expect_story(12600 * MS, "clock 700ms ahead: a");
    expect_story(15 * S, "end of skew_clock: a");
}
END_TEST

/* At the very beginning of a slot: by the clock that is set then. */
START_TEST(test_event_at_a_slot)
{
    run("16s", "", "{'at': '13s', 'skew_clock': 'a', 'skew': '0.5s'}");
    ck_assert_uint_eq(n_made(A, 13 * S, 13 * S + 1), 1);
    assert_ahead(A, 13 * S, 16 * S, 500 * MS);
    run("16s", "", "{'at': '13s', 'skew_clock': 'a', 'skew': '-0.5s'}");
    ck_assert_uint_eq(n_made(A, 13 * S, 13 * S + 1), 0); /* it has made the one of 12.5 s */
    ck_assert_uint_eq(n_made(A, 13 * S, 14 * S), 1);
    assert_ahead(A, 13 * S, 16 * S, -500 * MS);
    assert_no_slot_twice();
}
END_TEST

/* From one wrong setting to another: slot 13.5, which the clock jumps over, is not made when it
 * would have begun by the setting before. */
START_TEST(test_from_wrong_to_wrong)
{
    run("16s", ", 'clock': {'skew': '0.2s'}", "{'at': '13s', 'skew_clock': 'a', 'skew': '0.6s'}");
    assert_ahead(A, 11 * S, 13 * S, 200 * MS);
    assert_ahead(A, 13 * S, 16 * S, 600 * MS);
    ck_assert_uint_eq(n_made(A, 13 * S, 13400 * MS), 0);
    ck_assert_uint_eq(n_made(A, 13400 * MS, 13400 * MS + 1), 1);
}
END_TEST

/* What is not said stays; the end is what the group says, drift included; and an event that another
 * one has replaced ends nothing. */
START_TEST(test_settings)
{
    run("70s", ", 'clock': {'skew': '1s', 'drift_ppm': 1000}",
        "{'at': '12s', 'skew_clock': 'a', 'drift_ppm': 0, 'for': '12s'},"
        "{'at': '36s', 'skew_clock': 'a', 'skew': '-0.5s', 'drift_ppm': -1000, 'for': '6s'},"
        "{'at': '40s', 'skew_clock': 'a', 'skew': '0s'},"
        "{'at': '48s', 'skew_clock': 'a', 'drift_ppm': 0},"
        "{'at': '60s', 'skew_clock': 'a', 'skew': '0s'}");
    assert_ahead(A, 12 * S, 24 * S, S + 12 * MS);
    BnetClock group = {.skew_ns = S, .drift_ppm = 1000};
    BnetClock slow = {.since_ns = 40 * S, .drift_ppm = -1000};
    for (guint i = 0; i < made->len; i++) {
        if (block(i)->peer == A && block(i)->time_ns >= 24 * S && block(i)->time_ns < 36 * S)
            ck_assert_int_eq(block(i)->time_ns, bnet_clock_when(&group, block(i)->slot_ns));
        if (block(i)->peer == A && block(i)->time_ns >= 40 * S && block(i)->time_ns < 48 * S)
            ck_assert_int_eq(block(i)->time_ns, bnet_clock_when(&slow, block(i)->slot_ns));
    }
    assert_ahead(A, 48 * S, 60 * S, -8 * MS);
    assert_ahead(A, 60 * S, 70 * S, 0);
    expect_story(12 * S, "clock gains 0 ppm: a");
    expect_story(36 * S, "clock 500ms behind, loses 1000 ppm: a");
    expect_story(40 * S, "clock right: a");
}
END_TEST

/* Set back by 2 s in its turn: the slots that come again are not made again, not even after a
 * restart, in which the producer does not know what it had made. */
START_TEST(test_set_back)
{
    run("18s", "", "{'at': '15.1s', 'skew_clock': 'a', 'skew': '-2s'}");
    ck_assert_uint_eq(n_made(A, 12 * S, 15100 * MS), 7);
    ck_assert_uint_eq(n_made(A, 15100 * MS, 17 * S + 400 * MS), 0);
    assert_ahead(A, 17 * S, 18 * S, -2 * S);
    assert_no_slot_twice();
    run("19s", "",
        "{'at': '15.1s', 'cut': ['a', '*']}, {'at': '15.2s', 'skew_clock': 'a', 'skew': '-2s'},"
        "{'at': '15.3s', 'crash': 'a'}, {'at': '15.4s', 'restart': 'a', 'chain': 'lose'},"
        "{'at': '15.5s', 'start_producing': 'a'}");
    ck_assert_uint_eq(n_made(A, 15200 * MS, 17 * S + 400 * MS), 0);
    ck_assert_uint_gt(n_made(A, 17 * S, 19 * S), 0);
    assert_no_slot_twice();
}
END_TEST

/* A paused producer whose clock is set back does not make the slot that it slept over before its
 * time; whose clock is ahead, sleeps over slots by its own clock. */
START_TEST(test_paused)
{
    run("19s", "",
        "{'at': '13.9s', 'pause': 'a', 'for': '1.3s'},"
        "{'at': '14.7s', 'skew_clock': 'a', 'skew': '-2s'}");
    ck_assert_uint_eq(n_made(A, 13900 * MS, 16 * S), 0);
    ck_assert_int_eq(n_made(A, 16 * S, 16 * S + 1), 1); /* slot 14 */
    run("19s", ", 'clock': {'skew': '0.2s'}", "{'at': '13.9s', 'pause': 'a', 'for': '1.3s'}");
    ck_assert_uint_eq(n_made(A, 13900 * MS, 15200 * MS), 0);
    ck_assert_uint_eq(n_made(A, 15200 * MS, 15200 * MS + 1), 1);
    assert_no_slot_twice();
}
END_TEST

/* A producer that was restarted looks whether blocks are of the present by its own clock: one that
 * is ahead finds them stale. */
START_TEST(test_restart_ahead)
{
    const char *restart = "{'at': '6.1s', 'crash': 'a'}, {'at': '6.2s', 'restart': 'a'}";
    run("40s", "", restart);
    ck_assert_uint_gt(n_made(A, 12 * S, 40 * S), 0);
    run("40s", ", 'clock': {'skew': '0.6s'}", restart);
    ck_assert_uint_eq(n_made(A, 12 * S, 40 * S), 0);
}
END_TEST

/* Timers do not go by the clock: pings are 3 s apart, and no session is given up. */
START_TEST(test_timers)
{
    run("60s", "", "{'at': '10s', 'skew_clock': 'c', 'skew': '1h', 'for': '20s'}");
    uint64_t pings = result->peers[C].messages_received;
    ck_assert_uint_eq(fix_count(&recorder, SIM_CLOSED, FIX_ANY), 0);
    run("60s", "", "");
    ck_assert_uint_eq(result->peers[C].messages_received, pings);
}
END_TEST

/* --- missed slots ---------------------------------------------------------------------------- */

START_TEST(test_missed_slots)
{
    run("600s", ", 'missed_slots': 1", "");
    ck_assert_uint_eq(n_made(A, 0, 600 * S), 0);
    ck_assert_uint_eq(n_made(B, 0, 600 * S), 600);
    run("600s", ", 'missed_slots': 0.25", "");
    uint32_t n = n_made(A, 0, 600 * S);
    ck_assert_uint_gt(n, 450 - 40); /* almost 4 standard deviations */
    ck_assert_uint_lt(n, 450 + 40);
    ck_assert_uint_eq(n_made(B, 0, 600 * S), 600);
    g_autoptr(GArray) before = made;
    made = g_array_new(FALSE, FALSE, sizeof(Made));
    /* The same slots, whatever happens besides. */
    run("600s", ", 'missed_slots': 0.25",
        "{'at': '7s', 'crash': 'a'}, {'at': '8s', 'restart': 'a'}, {'at': '9s', 'crash': 'b'}");
    guint j = 0;
    for (guint i = 0; i < made->len; i++) {
        if (block(i)->peer != A)
            continue;
        while (j < before->len && (g_array_index(before, Made, j).peer != A ||
                                   g_array_index(before, Made, j).slot_ns < block(i)->slot_ns))
            j++;
        ck_assert_uint_lt(j, before->len);
        ck_assert_int_eq(g_array_index(before, Made, j).slot_ns, block(i)->slot_ns);
    }
}
END_TEST

/* The story begins with the clocks that groups have. */
START_TEST(test_story)
{
    g_autoptr(Scenario) own =
        fix_scenario("{'duration': '5s', 'peers': {'bp': {'produces': true},"
                     " 'early': {'count': 2, 'clock': {'skew': '1500ms', 'drift_ppm': -20}},"
                     " 'late': {'clock': {'skew': '-2s'}}, 'right': {'clock': {'skew': '0s'}},"
                     " 'fast': {'clock': {'drift_ppm': 50}}}, 'expect': {'convergence': false}}");
    g_autoptr(SimResult) told = fix_run(own, NULL);
    static const char *const texts[] = {"clock 1.5s ahead, loses 20 ppm: early",
                                        "clock 2s behind: late", "clock gains 50 ppm: fast"};
    ck_assert_uint_ge(told->n_moments, G_N_ELEMENTS(texts));
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        ck_assert_int_eq(told->moments[i].time_ns, 0);
        ck_assert_str_eq(told->moments[i].text, texts[i]);
    }
    ck_assert_uint_eq(told->n_moments, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_clocks");
    TCase *tcase = tcase_create("clocks");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_right_clocks);
    tcase_add_test(tcase, test_ahead);
    tcase_add_test(tcase, test_behind);
    tcase_add_test(tcase, test_drift);
    tcase_add_test(tcase, test_an_hour);
    tcase_add_test(tcase, test_event);
    tcase_add_test(tcase, test_event_at_a_slot);
    tcase_add_test(tcase, test_from_wrong_to_wrong);
    tcase_add_test(tcase, test_settings);
    tcase_add_test(tcase, test_set_back);
    tcase_add_test(tcase, test_paused);
    tcase_add_test(tcase, test_restart_ahead);
    tcase_add_test(tcase, test_timers);
    tcase_add_test(tcase, test_missed_slots);
    tcase_add_test(tcase, test_story);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
