/* SPDX-License-Identifier: Apache-2.0 */
/* What scenarios of the library show can be read in their traces. Run from the project's root. */
#include "tests/run_suite.h"
#include "tests/trace_fixture.h"

#define S INT64_C(1000000000)

/* The relay that crashed without its chain is sent all of it again. */
START_TEST(crash_restart)
{
    g_autoptr(TraceRun) run = trace_run("scenarios/faults/crash-restart.json");
    const guint stopped = trace_find(run, 0, TRACE("what", "stopped"));

    ck_assert_uint_lt(stopped, run->lines->len);
    const char *peer = trace_text(run->lines->pdata[stopped], "peer");
    const guint started = trace_find(run, stopped, TRACE("what", "started", "peer", peer));

    ck_assert_uint_lt(started, run->lines->len);
    const int64_t from_ns = trace_number(run->lines->pdata[stopped], "t");
    const int64_t to_ns = trace_number(run->lines->pdata[started], "t");

    ck_assert_int_gt(to_ns, from_ns);
    ck_assert_uint_eq(trace_count(run, from_ns, to_ns, TRACE("what", "delivered", "peer", peer)),
                      0);
    ck_assert_uint_gt(trace_count(run, to_ns, 3600 * S, TRACE("what", "delivered", "peer", peer)),
                      0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects");
    TCase *tcase = tcase_create("effects");

    tcase_add_test(tcase, crash_restart);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
