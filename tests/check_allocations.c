/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is allocated for each event: memory is taken when something grows, and a run that does
 * the same all the time takes none. This program has the allocation functions of its process, with
 * all that libraries call; with a sanitizer, or another libc, they are not to be had, and nothing
 * is tested.
 */
#include <errno.h>

#include "tests/sanitized.h"
#include "tests/sim_fixture.h"

#if defined(__GLIBC__) && !TEST_SANITIZED
#define IS_COUNTED 1
#else
#define IS_COUNTED 0
#endif

/* --- counting -------------------------------------------------------------------------------- */

static uint64_t allocations; /* calls of all functions that allocate; one thread */

#if IS_COUNTED
/* What glibc's own functions are called besides. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

/* stdlib.h has names for parameters that only it may use.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
void *malloc(size_t bytes)
{
    allocations++;
    return __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    allocations++;
    return __libc_calloc(n, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    allocations++;
    return __libc_realloc(memory, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    allocations++;
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    allocations++;
    *memory = __libc_memalign(alignment, bytes);
    return *memory ? 0 : ENOMEM;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
#endif

/* A stretch of virtual time: the allocations from the first call of progress in it to the last. */
typedef struct Stretch {
    int64_t begin_ns;
    int64_t end_ns;
    bool begun;
    uint64_t before;
    uint64_t n;
    uint32_t calls;
} Stretch;

static void on_progress(void *user_data, int64_t now_ns, int64_t duration_ns)
{
    (void)duration_ns;
    for (Stretch *stretch = user_data; stretch->end_ns > 0; stretch++) {
        if (now_ns < stretch->begin_ns || now_ns >= stretch->end_ns)
            continue;
        if (!stretch->begun)
            stretch->before = allocations;
        stretch->begun = true;
        stretch->n = allocations - stretch->before;
        stretch->calls++;
    }
}

/* `stretches` end with one that has no end. */
static SimResult *run(const char *text, Stretch *stretches)
{
    g_autoptr(Scenario) scenario = fix_scenario(text);
    SimRunOptions options = {.progress = on_progress, .progress_data = stretches};
    SimResult *result = sim_run(scenario, &options, NULL);
    fix_assert_pass(result);
    return result;
}

#define NETWORK(duration, producers, nodes, degree, latency)                                       \
    "{'duration': '" duration "', 'peers': {'bp': {'count': " producers ", 'produces': true},"     \
    " 'node': {'count': " nodes "}}, 'topology': {'kind': 'random-regular', 'degree': " degree     \
    "}, 'links': {'latency': {'uniform': " latency "}}}"

/* --- tests ----------------------------------------------------------------------------------- */

START_TEST(test_counter)
{
    const uint64_t before = allocations;
    g_autofree char *text = g_strdup("by a library");
    const uint64_t n = allocations - before;
    ck_assert_str_eq(text, "by a library");
    ck_assert_uint_eq(n, IS_COUNTED ? 1 : 0);
}
END_TEST

/*
 * From some 2048 blocks on sessions and records have all the room that they will ever have, and the
 * next doubling of what is kept of each block is far: then there is nothing at all. As long as that
 * again nothing but two arrays that double.
 */
START_TEST(test_steady)
{
    Stretch stretches[] = {{.begin_ns = 2200 * S, .end_ns = 2700 * S},
                           {.begin_ns = 2200 * S, .end_ns = 4000 * S},
                           {0}};
    g_autoptr(SimResult) result =
        run(NETWORK("4000s", "7", "9", "4", "['5ms', '15ms']"), stretches);
    ck_assert_uint_eq(result->fork_switches, 0);
    ck_assert_uint_gt(stretches[0].calls, 40); /* each 4096 events */
    ck_assert_uint_gt(stretches[1].calls, 160);
    ck_assert_uint_eq(stretches[0].n, 0);
    ck_assert_uint_le(stretches[1].n, 2);
}
END_TEST

/* The second half of a minute: no end's room doubles more than once, and events are many more. */
START_TEST(test_minute)
{
    Stretch stretches[] = {{.begin_ns = 30 * S, .end_ns = 60 * S}, {0}};
    sim_result_free(run(NETWORK("60s", "21", "79", "8", "['50ms', '150ms']"), stretches));
    ck_assert_uint_gt(stretches[0].calls * 4096, 140000);
    ck_assert_uint_le(stretches[0].n, 1000); /* of 800 ends and 100 peers */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocations");
    TCase *tcase = tcase_create("allocations");
    tcase_set_timeout(tcase, 0);
    tcase_add_test(tcase, test_counter);
    if (IS_COUNTED) {
        tcase_add_test(tcase, test_steady);
        tcase_add_test(tcase, test_minute);
    }
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
