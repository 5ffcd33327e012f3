/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run on several threads is the run on one: hash, checkpoints, verdicts, counts, probes, metrics,
 * story. Faults, closed sessions and full buffers in the middle of it make no difference.
 */
#include "sim/shards.h"
#include "tests/sim_fixture.h"

static SimResult *run_with(const Scenario *scenario, uint32_t threads)
{
    const SimRunOptions options = {.threads = threads};
    return sim_run(scenario, &options, NULL);
}

/* --- the same -------------------------------------------------------------------------------- */

static void assert_same_peers(const SimResult *a, const SimResult *b)
{
    ck_assert_uint_eq(a->n_peers, b->n_peers);
    for (uint32_t p = 0; p < a->n_peers; p++) {
        const SimPeerResult *x = &a->peers[p];
        const SimPeerResult *y = &b->peers[p];
        ck_assert_mem_eq(&x->head_id, &y->head_id, sizeof x->head_id);
        ck_assert_mem_eq(&x->lib_id, &y->lib_id, sizeof x->lib_id);
        ck_assert_uint_eq(x->lib_number, y->lib_number);
        ck_assert_uint_eq(x->fork_switches, y->fork_switches);
        ck_assert_uint_eq(x->messages_received, y->messages_received);
        ck_assert_uint_eq(x->bytes_received, y->bytes_received);
        ck_assert_uint_eq(x->sessions, y->sessions);
        ck_assert_int_eq(x->up, y->up);
    }
}

static void assert_same_checks(const SimResult *a, const SimResult *b)
{
    ck_assert_uint_eq(a->n_checks, b->n_checks);
    for (uint32_t i = 0; i < a->n_checks; i++) {
        ck_assert_str_eq(a->checks[i].id, b->checks[i].id);
        ck_assert_int_eq(a->checks[i].verdict, b->checks[i].verdict);
        ck_assert_str_eq(a->checks[i].detail, b->checks[i].detail);
        ck_assert_uint_eq(a->checks[i].violations, b->checks[i].violations);
        ck_assert_int_eq(a->checks[i].first_ns, b->checks[i].first_ns);
    }
}

static void assert_same_story(const SimResult *a, const SimResult *b)
{
    ck_assert_uint_eq(a->n_moments, b->n_moments);
    for (uint32_t i = 0; i < a->n_moments; i++) {
        ck_assert_int_eq(a->moments[i].time_ns, b->moments[i].time_ns);
        ck_assert_str_eq(a->moments[i].text, b->moments[i].text);
    }
    ck_assert_uint_eq(a->n_switches, b->n_switches);
    for (uint32_t i = 0; i < a->n_switches; i++) {
        ck_assert_int_eq(a->switches[i].time_ns, b->switches[i].time_ns);
        ck_assert_uint_eq(a->switches[i].peer, b->switches[i].peer);
    }
    ck_assert_uint_eq(a->n_disconnects, b->n_disconnects);
}

static void assert_same_metrics(const SimResult *a, const SimResult *b)
{
    ck_assert_uint_eq(a->n_metrics, b->n_metrics);
    for (uint32_t i = 0; i < a->n_metrics; i++) {
        ck_assert_uint_eq(a->metrics[i].count, b->metrics[i].count);
        ck_assert_uint_eq(a->metrics[i].mean, b->metrics[i].mean);
        ck_assert_uint_eq(a->metrics[i].p50, b->metrics[i].p50);
        ck_assert_uint_eq(a->metrics[i].max, b->metrics[i].max);
    }
}

static void assert_same(const SimResult *a, const SimResult *b)
{
    ck_assert_uint_eq(a->trace_hash, b->trace_hash);
    ck_assert_uint_eq(a->events, b->events);
    ck_assert_uint_eq(a->messages_delivered, b->messages_delivered);
    ck_assert_uint_eq(a->bytes_delivered, b->bytes_delivered);
    ck_assert_uint_eq(a->blocks_produced, b->blocks_produced);
    ck_assert_uint_eq(a->fork_switches, b->fork_switches);
    ck_assert_int_eq(a->simulated_ns, b->simulated_ns);
    ck_assert_int_eq(a->verdict, b->verdict);
    ck_assert_uint_eq(a->n_checkpoints, b->n_checkpoints);
    ck_assert_mem_eq(a->checkpoints, b->checkpoints, a->n_checkpoints * sizeof *a->checkpoints);
    ck_assert_mem_eq(a->probes, b->probes, a->n_probes * sizeof *a->probes);
    assert_same_peers(a, b);
    assert_same_checks(a, b);
    assert_same_story(a, b);
    assert_same_metrics(a, b);
}

/* How often and how far a run was shared, at least and at most. */
typedef struct Sharing {
    uint64_t windows_min;
    uint64_t windows_max;
    uint32_t failed_min;
    uint32_t failed_max;
} Sharing;

/* On one thread, and on as many as are listed, which ends with 0. */
static void check_runs_on(const char *text, const uint32_t *threads, const Sharing *sharing)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    g_autoptr(SimResult) alone = run_with(scenario, 1);
    ck_assert_uint_eq(alone->threads, 1);
    ck_assert_uint_eq(alone->windows, 0);
    for (; *threads > 0; threads++) {
        g_autoptr(SimResult) shared = run_with(scenario, *threads);
        assert_same(alone, shared);
        ck_assert_uint_ge(shared->windows, sharing->windows_min);
        ck_assert_uint_le(shared->windows, sharing->windows_max);
        ck_assert_uint_ge(shared->failed_stretches, sharing->failed_min);
        ck_assert_uint_le(shared->failed_stretches, sharing->failed_max);
    }
}

static void check_runs(const char *text, const Sharing *sharing)
{
    check_runs_on(text, (const uint32_t[]){3, 0}, sharing);
}

#define LARGE                                                                                      \
    "'peers': {'bp': {'count': 5, 'produces': true}, 'node': {'count': 25}},"                      \
    "'topology': {'kind': 'random-regular', 'degree': 4},"

static const Sharing shared_throughout = {100, UINT64_MAX, 0, 0};

START_TEST(test_calm)
{
    check_runs_on("{'duration': '12s'," LARGE "'links': {'latency': '30ms'}}",
                  (const uint32_t[]){2, 3, 4, 7, 0}, &shared_throughout);
}
END_TEST

/* Forks, losses, sizes that take their time, chains that are busy when a slot comes, and pings. */
START_TEST(test_varied)
{
    check_runs("{'duration': '20s'," LARGE
               "'links': {'latency': {'uniform': ['80ms', '250ms']}, 'loss': 0.01,"
               "'bandwidth': '1Mbit/s'}}",
               &shared_throughout);
    check_runs("{'duration': '15s', 'peers': {'bp': {'count': 5, 'produces': true, 'processing':"
               "{'header': '3ms', 'block': '90ms'}}, 'node': {'count': 15, 'processing':"
               "{'block': '20ms', 'fetch': '1ms'}}}, 'topology': {'kind': 'ring'},"
               "'links': {'latency': {'exponential': {'mean': '60ms', 'min': '20ms'}}}}",
               &shared_throughout);
}
END_TEST

/* What comes just at a second belongs to its checkpoint; what comes of it, to the next. */
START_TEST(test_on_the_second)
{
    check_runs("{'duration': '12s', 'peers': {'bp': {'count': 9, 'produces': true}}, 'topology':"
               "{'kind': 'ring'}, 'links': {'latency': '250ms'}}",
               &(Sharing){30, UINT64_MAX, 0, 0});
}
END_TEST

/* Who is busy in its slot makes its block when it is done, which is foreseen. */
START_TEST(test_busy_producers)
{
    check_runs("{'duration': '15s', 'peers': {'bp': {'count': 6, 'produces': true, 'processing':"
               "{'block': '450ms'}}}, 'topology': {'kind': 'ring'}, 'links': {'latency': '60ms'}}",
               &(Sharing){30, UINT64_MAX, 0, 0});
}
END_TEST

/* Whatever is drawn from, a window is as long as the least of it. */
START_TEST(test_latencies)
{
    static const char *const latencies[] = {
        "{'pareto': {'min': '30ms', 'shape': 2, 'max': '1s'}}",
        "{'normal': {'mean': '60ms', 'deviation': '20ms', 'min': '30ms'}}",
        "{'empirical': {'values': ['90ms', '30ms']}}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(latencies); i++) {
        g_autofree char *text =
            g_strconcat("{'duration': '5s', 'peers': {'bp': {'count': 8, 'produces': true}},"
                        "'topology': {'kind': 'ring'}, 'links': {'latency': ",
                        latencies[i], "}}", NULL);
        check_runs(text, &(Sharing){40, UINT64_MAX, 0, 0});
    }
}
END_TEST

/* What is found in a window goes for all: LIBs that rise, branches that are given up. */
START_TEST(test_irreversible)
{
    check_runs("{'duration': '25s', 'chain': {'irreversibility': {'depth': 3}}," LARGE
               "'links': {'latency': {'uniform': ['100ms', '400ms']}}}",
               &shared_throughout);
}
END_TEST

/* The 64th block, for which the store moves, goes at once to who has got its parent from others. */
START_TEST(test_store_moves)
{
    check_runs("{'seed': 32, 'duration': '10s', 'chain': {'start_height': 54}, 'peers': {'bp':"
               "{'count': 14, 'produces': true, 'missed_slots': 0.2, 'processing': {'block':"
               "'200ms'}}}, 'links': {'latency': {'exponential': {'mean': '100ms', 'min':"
               "'30ms'}}}}",
               &shared_throughout);
}
END_TEST

START_TEST(test_unwatched)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '8s'," LARGE "'links': {'latency': '30ms'}}");
    const SimRunOptions options = {.unwatched = true, .threads = 2};
    g_autoptr(SimResult) alone = run_with(scenario, 1);
    g_autoptr(SimResult) shared = sim_run(scenario, &options, NULL);
    ck_assert_uint_gt(shared->windows, 50);
    ck_assert_uint_eq(shared->trace_hash, alone->trace_hash);
    ck_assert_uint_eq(shared->messages_delivered, alone->messages_delivered);
}
END_TEST

/* --- faults ---------------------------------------------------------------------------------- */

/* Events of the scenario end a stretch; what comes of them is over before the next. */
START_TEST(test_faults)
{
    static const Sharing sharing = {100, UINT64_MAX, 0, 4};
    check_runs("{'duration': '60s'," LARGE "'links': {'latency': '40ms'}, 'events': ["
               "{'at': '10s', 'crash': 'node[3..9]', 'for': '5s'},"
               "{'at': '30s', 'partition': [['bp[0..1]', 'node[0..20]']], 'for': '6s'},"
               "{'at': '50s', 'pause': 'bp[2]', 'for': '700ms'}]}",
               &sharing);
}
END_TEST

/* A pause of more than 30 s is found out when nobody foresees it. */
START_TEST(test_sessions_that_die)
{
    static const Sharing sharing = {100, UINT64_MAX, 0, 4};
    check_runs("{'duration': '80s'," LARGE "'links': {'latency': '40ms'}, 'events': ["
               "{'at': '10s', 'pause': 'node[7]', 'for': '40s'}]}",
               &sharing);
}
END_TEST

/* Who stands still reads nothing, and the buffers are full when nobody foresees it: a stretch
 * fails, and the run begins anew. */
START_TEST(test_full_buffers)
{
    static const Sharing sharing = {100, UINT64_MAX, 1, 4};
    check_runs("{'duration': '40s'," LARGE "'links': {'latency': '40ms', 'send_buffer': '1KiB',"
               "'receive_buffer': '1KiB'}, 'events': ["
               "{'at': '5s', 'pause': 'node[7]', 'for': '25s'}]}",
               &sharing);
}
END_TEST

/* What was expected and did not come is told alike. */
START_TEST(test_failed)
{
    static const Sharing sharing = {100, UINT64_MAX, 0, 0};
    check_runs("{'duration': '30s'," LARGE "'links': {'latency': '40ms'},"
               "'expect': {'bounds': [{'at': '20s', 'quantity': 'head', 'peers': 'bp',"
               "'at_least': 1000}]}}",
               &sharing);
}
END_TEST

/* --- one thread ------------------------------------------------------------------------------ */

/* Windows of less than 0.1 ms are not worth it. */
START_TEST(test_not_shared)
{
    static const Sharing none = {0, 0, 0, 0};
    check_runs("{'duration': '3s'," LARGE "'links': {'latency': '99us'}}", &none);
}
END_TEST

typedef struct Obstacle {
    const char *rest; /* of the scenario */
    const char *why;
} Obstacle;

#define BP "'bp': {'count': 3, 'produces': true}"
#define SMALL "'peers': {" BP "}"
#define AT_1S "'events': [{'at': '1s', "

static const Obstacle obstacles[] = {
    {SMALL ", 'transactions': {'rate': '5/s'}", "there are transactions"},
    {SMALL ", 'chain': {'block': {'filler': 500}}", "there are transactions"},
    {SMALL ", 'wire': 'bytes'", "messages are sent as bytes"},
    {"'peers': {" BP ", 'node': {'downlink': '1MB/s'}}", "uplinks or downlinks are limited"},
    {SMALL ", " AT_1S "'change_peers': 'bp', 'uplink': '1MB/s'}]",
     "uplinks or downlinks are limited"},
    {SMALL ", 'topology': {'mutual': true}", "peers dial each other"},
    {SMALL ", " AT_1S "'set_producers': 'bp[0..1]'}]", "the schedule changes"},
    {SMALL ", 'expect': {'always': [{'quantity': 'head_lag', 'at_most': 9}]}",
     "somebody watches every step"},
    {SMALL ", 'expect': {'convergence': {'after': '1s', 'within': '1s'}}",
     "somebody watches every step"},
    {"'peers': {" BP ", 'mallory': {'persona': {'kind': 'mute'}}}", "there are personas"},
    {"'peers': {" BP ", 'old': {'quirks': {'no-timer': true}}}", "there are quirks"},
    {"'peers': {'bp': {'produces': true}}", "there is one peer"},
};

START_TEST(test_obstacles)
{
    const Obstacle *it = &obstacles[_i];
    g_autoptr(Scenario) scenario =
        fix_scenario_of("{'duration': '3s', 'links': {'latency': '10ms'}, %s}", it->rest);
    g_autoptr(SimResult) alone = run_with(scenario, 1);
    g_autoptr(SimResult) result = run_with(scenario, 2);
    ck_assert_ptr_null(alone->one_thread_because);
    ck_assert_uint_eq(result->threads, 1);
    ck_assert_str_eq(result->one_thread_because, it->why);
    assert_same(alone, result);
}
END_TEST

START_TEST(test_every_step)
{
    SimObserver nobody = {.happened = NULL};
    const SimRunOptions traced = {.threads = 2, .trace = &nobody};
    const SimRunOptions checkpoints = {.threads = 2, .checkpoints = &nobody};
    const SimRunOptions shuffled = {.threads = 2, .shuffle_ties = true};
    g_autoptr(Scenario) scenario = fix_scenario("{'duration': '1s'," SMALL "}");
    g_autoptr(SimResult) a = sim_run(scenario, &traced, NULL);
    g_autoptr(SimResult) b = sim_run(scenario, &checkpoints, NULL);
    g_autoptr(SimResult) c = sim_run(scenario, &shuffled, NULL);
    ck_assert_str_eq(a->one_thread_because, "every step is written down");
    ck_assert_str_eq(b->one_thread_because, "every step is written down");
    ck_assert_str_eq(c->one_thread_because, "the order of events of one instant is drawn");
}
END_TEST

/* Where no window came about it was a run of one thread, and says so. */
START_TEST(test_never_ordinary)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '3s'," SMALL ", 'links': {'latency': '99us'}}");
    g_autoptr(SimResult) result = run_with(scenario, 2);
    ck_assert_uint_eq(result->windows, 0);
    ck_assert_uint_eq(result->threads, 1);
    ck_assert_str_eq(result->one_thread_because, "at no time was the network in an ordinary state");
}
END_TEST

/* More threads than peers are of no use. */
START_TEST(test_limits)
{
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '10s', 'peers': {'a': {'produces': true}, 'b': {'count': 2}},"
                     "'links': {'latency': '30ms'}}");
    g_autoptr(SimResult) alone = run_with(scenario, 1);
    g_autoptr(SimResult) zero = run_with(scenario, 0);
    g_autoptr(SimResult) most = run_with(scenario, SIM_THREADS_MAX);
    assert_same(alone, zero);
    assert_same(alone, most);
    ck_assert_uint_eq(zero->threads, 1);
    ck_assert_ptr_null(most->one_thread_because);
    ck_assert_uint_eq(most->threads, 3);
    ck_assert_uint_gt(most->windows, 0);
}
END_TEST

/* --- stopped --------------------------------------------------------------------------------- */

typedef struct Stopper {
    gint stop;
    int64_t at_ns;
} Stopper;

static void stop_at(void *user_data, int64_t now_ns, int64_t duration_ns)
{
    Stopper *stopper = user_data;
    (void)duration_ns;
    if (now_ns >= stopper->at_ns)
        g_atomic_int_set(&stopper->stop, 1);
}

/* What is known by then is that of a shorter run. */
START_TEST(test_stopped)
{
    Stopper stopper = {.at_ns = 10 * BNET_NS_PER_S};
    g_autoptr(Scenario) scenario =
        fix_scenario("{'duration': '60s'," LARGE "'links': {'latency': '30ms'}}");
    const SimRunOptions options = {
        .threads = 2,
        .progress = stop_at,
        .progress_data = &stopper,
        .stop = &stopper.stop,
    };
    g_autoptr(SimResult) alone = run_with(scenario, 1);
    g_autoptr(SimResult) stopped = sim_run(scenario, &options, NULL);
    ck_assert(stopped->interrupted);
    ck_assert_uint_ge(stopped->n_checkpoints, 9);
    ck_assert_uint_lt(stopped->n_checkpoints, alone->n_checkpoints);
    ck_assert_mem_eq(stopped->checkpoints, alone->checkpoints,
                     stopped->n_checkpoints * sizeof *alone->checkpoints);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sim_threads");
    TCase *tcase = tcase_create("threads");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_calm);
    tcase_add_test(tcase, test_varied);
    tcase_add_test(tcase, test_on_the_second);
    tcase_add_test(tcase, test_busy_producers);
    tcase_add_test(tcase, test_latencies);
    tcase_add_test(tcase, test_irreversible);
    tcase_add_test(tcase, test_store_moves);
    tcase_add_test(tcase, test_unwatched);
    tcase_add_test(tcase, test_faults);
    tcase_add_test(tcase, test_sessions_that_die);
    tcase_add_test(tcase, test_full_buffers);
    tcase_add_test(tcase, test_failed);
    tcase_add_test(tcase, test_not_shared);
    tcase_add_loop_test(tcase, test_obstacles, 0, G_N_ELEMENTS(obstacles));
    tcase_add_test(tcase, test_every_step);
    tcase_add_test(tcase, test_never_ordinary);
    tcase_add_test(tcase, test_limits);
    tcase_add_test(tcase, test_stopped);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
