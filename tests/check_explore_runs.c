/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds side by side: what is handed over, in which order, and when it is stopped. */
#include <check.h>

#include "sim/cli/explore_runs.h"
#include "tests/run_suite.h"

#define FIRST 100u
#define SEEDS 40u

typedef struct Told {
    gint stop;
    uint64_t stop_at; /* so many finished runs; 0: never */
    uint64_t refuse_at;
    uint64_t told;
    uint64_t results;
    uint64_t last;
    uint64_t finished; /* as last told by `wait` */
    uint64_t failed;
} Told;

static bool on_done(void *user_data, uint64_t seed, const ExploreRun *run)
{
    Told *told = user_data;
    ck_assert(told->told == 0 || seed > told->last);
    ck_assert_ptr_null(run->error);
    told->last = seed;
    told->told++;
    told->results += run->result != NULL;
    if (run->result != NULL) {
        ck_assert_uint_eq(run->result->seed, seed);
    }
    return told->refuse_at == 0 || told->told < told->refuse_at;
}

static void on_wait(void *user_data, uint64_t finished, uint64_t failed)
{
    Told *told = user_data;
    ck_assert_uint_ge(finished, told->finished);
    told->finished = finished;
    told->failed = failed;
    if (told->stop_at > 0 && finished >= told->stop_at) {
        g_atomic_int_set(&told->stop, 15);
    }
}

static void explore(Told *told, uint64_t seeds, guint jobs)
{
    ExploreOptions options = {
        .first = FIRST,
        .seeds = seeds,
        .jobs = jobs,
        .stop = &told->stop,
        .done = on_done,
        .wait = on_wait,
        .user_data = told,
    };
    explore_run(&options);
}

START_TEST(test_all)
{
    Told told = {0};
    explore(&told, 12, 3);
    ck_assert_uint_eq(told.told, 12);
    ck_assert_uint_eq(told.results, 12);
    ck_assert_uint_eq(told.last, FIRST + 11);
    ck_assert_uint_eq(told.failed, 0);
}
END_TEST

/* Whatever was finished when it was stopped is told, though earlier seeds are not finished. */
START_TEST(test_stopped)
{
    for (uint64_t stop_at = 1; stop_at <= 17; stop_at += 8) {
        Told told = {.stop_at = stop_at};
        explore(&told, SEEDS, 16);
        ck_assert_uint_ge(told.results, told.finished);
        ck_assert_uint_ge(told.results, told.stop_at);
    }
}
END_TEST

START_TEST(test_refused)
{
    Told told = {.refuse_at = 3};
    explore(&told, SEEDS, 4);
    ck_assert_uint_eq(told.told, 3);
    ck_assert_uint_eq(told.last, FIRST + 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explore_runs");
    TCase *tcase = tcase_create("explore_runs");
    tcase_add_test(tcase, test_all);
    tcase_add_test(tcase, test_stopped);
    tcase_add_test(tcase, test_refused);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
