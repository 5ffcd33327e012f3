/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: the trace hash after each second, and the hash of the steps besides.
 */
#include "tests/sim_fixture.h"

static Scenario *net(const char *duration)
{
    return fix_scenario_of("{'duration': '%s', 'peers': {'bp': {'count': 3, 'produces': true}},"
                           " 'topology': {'kind': 'line'}, 'links': {'latency': '250ms'}}",
                           duration);
}

/* An observer of checkpoints, and of all that happens if its mask says so. */
typedef struct Listener {
    SimObserver observer;
    GArray *told; /* of SimCheckpoint */
    int64_t last_happening_ns;
} Listener;

static void on_checkpoint(SimObserver *self, const SimCheckpoint *checkpoint)
{
    Listener *listener = (Listener *)self;
    ck_assert_int_le(listener->last_happening_ns, checkpoint->time_ns);
    g_array_append_vals(listener->told, checkpoint, 1);
}

/* What happens at the instant of a checkpoint is in it: nothing of that comes later. */
static void on_happening(SimObserver *self, SimWorld *world, const SimHappening *happening)
{
    (void)world;
    Listener *listener = (Listener *)self;
    listener->last_happening_ns = happening->time_ns;
    if (listener->told->len > 0)
        ck_assert_int_gt(
            happening->time_ns,
            g_array_index(listener->told, SimCheckpoint, listener->told->len - 1).time_ns);
}

static void listener_init(Listener *listener, uint32_t mask)
{
    *listener = (Listener){
        .observer = {.mask = mask, .happened = on_happening, .checkpoint = on_checkpoint},
        .told = g_array_new(FALSE, FALSE, sizeof(SimCheckpoint)),
    };
}

/* Each is the trace hash of the run that ends there. */
START_TEST(test_hash_of_shorter_run)
{
    g_autoptr(Scenario) whole = net("5.5s");
    g_autoptr(SimResult) result = sim_run(whole, NULL, NULL);
    ck_assert_uint_eq(result->n_checkpoints, 5);
    ck_assert_uint_eq(result->steps_hash, 0);
    for (uint32_t i = 0; i < 5; i++) {
        g_autofree char *duration = g_strdup_printf("%us", i + 1);
        g_autoptr(Scenario) shorter = net(duration);
        g_autoptr(SimResult) part = sim_run(shorter, NULL, NULL);
        ck_assert_uint_eq(part->n_checkpoints, i + 1);
        ck_assert_uint_eq(part->trace_hash, result->checkpoints[i]);
        ck_assert_mem_eq(part->checkpoints, result->checkpoints, (i + 1) * sizeof(uint64_t));
        ck_assert_uint_ne(part->trace_hash, result->trace_hash);
    }
}
END_TEST

START_TEST(test_less_than_a_second)
{
    g_autoptr(Scenario) scenario = net("999999999ns");
    g_autoptr(SimResult) result = sim_run(scenario, NULL, NULL);
    ck_assert_uint_eq(result->n_checkpoints, 0);
}
END_TEST

/* Whoever listens is told what the result has, and changes nothing. */
START_TEST(test_told)
{
    g_autoptr(Scenario) scenario = net("5.5s");
    g_autoptr(SimResult) usual = sim_run(scenario, NULL, NULL);
    Listener listeners[2];
    listener_init(&listeners[0], UINT32_MAX);
    listener_init(&listeners[1], 0);
    SimRunOptions options = {.trace = &listeners[0].observer,
                             .checkpoints = &listeners[1].observer};
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    ck_assert_uint_eq(result->trace_hash, usual->trace_hash);
    ck_assert_uint_ne(result->steps_hash, 0);
    for (uint32_t l = 0; l < 2; l++) {
        ck_assert_uint_eq(listeners[l].told->len, 5);
        for (uint32_t i = 0; i < 5; i++) {
            const SimCheckpoint *told = &g_array_index(listeners[l].told, SimCheckpoint, i);
            ck_assert_int_eq(told->time_ns, (i + 1) * S);
            ck_assert_uint_eq(told->hash, usual->checkpoints[i]);
            ck_assert_uint_ne(told->steps, 0);
        }
        g_array_unref(listeners[l].told);
    }
    ck_assert_int_gt(listeners[0].last_happening_ns, 4 * S);
}
END_TEST

/* --- steps ----------------------------------------------------------------------------------- */

/* Hash of the steps when the happenings of those kinds have been told, in that order. */
static uint64_t steps_of(const SimHappeningKind *kinds, const uint32_t *peers, size_t n)
{
    g_autoptr(Scenario) scenario = net("5s");
    SimWorld *world = fix_world(scenario);
    sim_hash_steps(world);
    BnetMessage ping = {.kind = BNET_MESSAGE_PING};
    for (size_t i = 0; i < n; i++) {
        SimHappening happening = fix_happening(world, kinds[i], peers[i], 1);
        happening.message = &ping;
        fix_tell_happening(world, &happening);
    }
    uint64_t steps = world->steps.hash;
    sim_world_free(world);
    return steps;
}

/* The order of what happens to several peers counts; what goes on inside one does not. */
START_TEST(test_steps)
{
    const SimHappeningKind sent[] = {SIM_SENT, SIM_SENT};
    const SimHappeningKind written[] = {SIM_SENT, SIM_WRITTEN};
    const SimHappeningKind dialled[] = {SIM_SENT, SIM_DIALLED};
    const uint32_t forth[] = {0, 2};
    const uint32_t back[] = {2, 0};
    ck_assert_uint_eq(steps_of(sent, forth, 2), steps_of(sent, forth, 2));
    ck_assert_uint_ne(steps_of(sent, forth, 2), steps_of(sent, back, 2));
    ck_assert_uint_ne(steps_of(sent, forth, 2), steps_of(sent, forth, 1));
    ck_assert_uint_eq(steps_of(written, forth, 2), steps_of(sent, forth, 1));
    ck_assert_uint_ne(steps_of(dialled, forth, 2), steps_of(sent, forth, 1));
}
END_TEST

/* All that a trace has of a run, or all but what is sent, a line each. (transfer full) */
static char *told_text(const FixRecorder *recorder, bool sends)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < recorder->notes->len; i++) {
        const FixNote *note = fix_note(recorder, i);
        const SimHappening *what = &note->happening;
        if (what->kind != SIM_SENT || sends)
            g_string_append_printf(text, "%" G_GINT64_FORMAT " %d %d %u %u\n", what->time_ns,
                                   (int)what->kind, (int)note->message.kind, what->peer, what->end);
    }
    return g_string_free(text, FALSE);
}

/* A run with another order among the events of an instant, for each seed: the hash of its steps,
 * and what was told of it with and without what was sent. */
static uint64_t steps_of_run(const Scenario *scenario, uint64_t seed, char **ret_told,
                             char **ret_others)
{
    FixRecorder recorder;
    Listener listener;
    fix_recorder_init(&recorder);
    listener_init(&listener, 0);
    recorder.observer.mask = ~(1u << SIM_WRITTEN | 1u << SIM_ASKED);
    SimRunOptions options = {
        .trace = &recorder.observer,
        .checkpoints = &listener.observer,
        .shuffle_ties = true,
        .ties_seed = seed,
    };
    g_autoptr(SimResult) result = sim_run(scenario, &options, NULL);
    *ret_told = told_text(&recorder, true);
    *ret_others = told_text(&recorder, false);
    fix_recorder_finish(&recorder);
    g_array_unref(listener.told);
    return result->steps_hash;
}

/*
 * Of two runs the steps are the same if and only if all that was told is. Among them are some that
 * differ in nothing but the order in which two peers send, because their timers say so at one
 * instant.
 */
START_TEST(test_steps_of_runs)
{
    enum {
        RUNS = 400
    };
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '3.45s', 'peers': {'bp': {'produces': true}, 'p': {'count': 2}},"
                     " 'topology': {'kind': 'line'}, 'links': {'latency': '100ms'}}");
    char *told[RUNS];
    char *others[RUNS];
    uint64_t steps[RUNS];
    uint32_t only_sends = 0;
    for (uint32_t run = 0; run < RUNS; run++) {
        steps[run] = steps_of_run(scenario, run, &told[run], &others[run]);
        for (uint32_t before = 0; before < run; before++) {
            bool same = g_str_equal(told[run], told[before]);
            ck_assert_int_eq(steps[run] == steps[before], same);
            only_sends += !same && g_str_equal(others[run], others[before]);
        }
    }
    ck_assert_uint_gt(only_sends, 0);
    for (uint32_t run = 0; run < RUNS; run++) {
        g_free(told[run]);
        g_free(others[run]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoints");
    TCase *tcase = tcase_create("checkpoints");
    tcase_add_test(tcase, test_hash_of_shorter_run);
    tcase_add_test(tcase, test_less_than_a_second);
    tcase_add_test(tcase, test_told);
    tcase_add_test(tcase, test_steps);
    tcase_add_test(tcase, test_steps_of_runs);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
